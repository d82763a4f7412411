/** jsforce asks of a request body whether it is one of these, to upload files; this product sends none. */
export default class FormData {}
