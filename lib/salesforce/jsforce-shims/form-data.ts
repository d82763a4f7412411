/** jsforce checks request bodies against `FormData` for file uploads; Lockstep uploads no files. */
export default class FormData {}
