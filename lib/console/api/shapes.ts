import type { infer as Shape } from 'zod/mini';
import type * as answers from '../../lambda/api/answer-shapes.ts';
import type * as named from '../../lambda/api/named-shapes.ts';
import type * as statuses from '../../lambda/api/status-shapes.ts';

/**
 * The API's answers, as types of the shapes behind the OpenAPI document. Types only: the page contains no code of the
 * API.
 */
export type Person = Shape<typeof answers.person>;
export type Activity = Shape<typeof answers.activity>;
export type Preview = Shape<typeof answers.preview>;
export type Synced = Shape<typeof answers.synced>;
export type PersonSync = Shape<typeof statuses.personSync>;
export type RejectionSummary = Shape<typeof statuses.rejectionSummary>;
export type Status = Shape<typeof statuses.status>;
export type Cycle = Shape<typeof statuses.cyclesPage>['cycles'][number];
export type ListJob = Shape<typeof statuses.listJob>;
export type ListJobsPage = Shape<typeof statuses.listJobsPage>;
export type FieldStatus = Shape<typeof statuses.fieldStatus>;
export type ObjectName = Shape<typeof named.salesforceType>;
export type ObjectFields = NonNullable<FieldStatus['objects'][ObjectName]>;
export type FieldValue = Person['fields'][string];

/** A value in a list; long texts are shortened. */
export type ShownValue = FieldValue | { readonly start: string; readonly length: number; readonly sha256: string };

/** A page of a list; `cursor` leads to the next. */
export type PersonsPage = Shape<typeof answers.personsPage>;
/** A person in a list; long texts are shortened. */
export type ListedPerson = PersonsPage['persons'][number];
export type ActivitiesPage = Shape<typeof answers.activitiesPage>;
export type CyclesPage = Shape<typeof statuses.cyclesPage>;

/** A problem answered by the API (RFC 9457), or a substitute where the API did not answer. */
export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly fields?: readonly { readonly field: string; readonly reason: string }[];
  readonly rejection?: { readonly code: string; readonly message: string; readonly fields: readonly string[] };
  readonly candidates?: readonly { readonly type: string; readonly id: string; readonly personId?: string }[];
}
