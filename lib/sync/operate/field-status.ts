import { type HiddenFields, personWithout } from '../../person/hide-fields.ts';
import { type SalesforceType, typeOf } from '../../person/row.ts';
import { type FieldChange, type FieldReport, reportsWithChanges } from '../../schema/field-report.ts';
import { hiddenByObject } from '../../schema/hidden-fields.ts';
import type { MissingPermission } from '../../schema/object-schema.ts';
import { storedByType } from '../context/schemas.ts';
import type { Ports } from '../ports/ports.ts';

/** The newest rejection naming a field, among the persons parked at present. */
export interface FieldRejection {
  readonly code: string;
  readonly message: string;
  readonly at: string;
  readonly personId: string;
}

export interface ObjectFields {
  /** When the object's fields last changed, according to Salesforce. */
  readonly lastModified: string | null;
  readonly missingPermissions: readonly MissingPermission[];
  readonly fields: readonly (FieldReport & FieldChange & { readonly lastProblem: FieldRejection | null })[];
}

/** By object; null before the object's first describe. */
export type FieldStatus = Readonly<Partial<Record<SalesforceType, ObjectFields | null>>>;

export type FieldStatusPorts = Pick<Ports, 'policy'> & {
  readonly state: Pick<Ports['state'], 'loadSchema'>;
  readonly persons: Pick<Ports['persons'], 'withStatus'>;
};

/** Maximum parked persons searched for problems. */
const PARKED_PERSONS = 200;

/** The status of every field of the given objects, as of the last describe. Read-only; calls no Salesforce API. */
export async function readFieldStatus(ports: FieldStatusPorts, types: readonly SalesforceType[]): Promise<FieldStatus> {
  const stored = await storedByType(ports);
  const problems = await lastProblems(ports, hiddenByObject(stored));
  return Object.fromEntries(
    types.map((type): [SalesforceType, ObjectFields | null] => {
      const known = stored[type];
      if (known === undefined) return [type, null];
      const { schema, lastModified } = known;
      const fields = reportsWithChanges(known, ports.policy).map((report) => ({
        ...report,
        lastProblem: problems.get(problemKey(type, report.field ?? report.apiName)) ?? null,
      }));
      return [type, { lastModified, missingPermissions: schema.missing, fields }];
    }),
  );
}

/** Newest first: the first rejection naming a field is the latest. */
async function lastProblems(
  { persons }: FieldStatusPorts,
  hidden: Readonly<Record<SalesforceType, HiddenFields>>,
): Promise<ReadonlyMap<string, FieldRejection>> {
  const problems = new Map<string, FieldRejection>();
  const { items } = await persons.withStatus('rejected', PARKED_PERSONS, null);
  for (const person of items) {
    const type = typeOf(person);
    const { personId, rejection } = personWithout(person, hidden[type]);
    if (rejection === null) continue;
    const { code, message, at, fields } = rejection;
    for (const field of fields) {
      const key = problemKey(type, field);
      if (!problems.has(key)) problems.set(key, { code, message, at, personId });
    }
  }
  return problems;
}

function problemKey(type: SalesforceType, field: string): string {
  return `${type}.${field}`;
}
