import type { Step } from './step.ts';
import { differentFields, sameField } from './steps/both-sides.ts';
import { firstSync, quietCycles } from './steps/in-step.ts';
import { editHere, editInSalesforce } from './steps/one-side.ts';
import { parkedInBackground, refusedAtOnce } from './steps/refused.ts';
import { createdAtOnce, nothingToDo } from './steps/sync-now.ts';
import { hiddenField } from './steps/visibility.ts';
import { converted, deleted, deletedHere, merged } from './steps/whole-life.ts';

/** The tour, in the order it is acted out. Each step takes persons of its own. */
export const steps: readonly Step[] = [
  firstSync,
  editInSalesforce,
  editHere,
  differentFields,
  sameField,
  createdAtOnce,
  nothingToDo,
  refusedAtOnce,
  parkedInBackground,
  hiddenField,
  converted,
  merged,
  deleted,
  deletedHere,
  quietCycles,
];
