import type { Activity, Rejection } from './activity.ts';
import type { Person } from './person.ts';

/** Names of the fields hidden from every reader. */
export type HiddenFields = ReadonlySet<string>;

/** The person as shown: without the hidden fields, and without a refusal message quoting a hidden field. */
export function personWithout(person: Person, hidden: HiddenFields): Person {
  if (hidden.size === 0) return person;
  const { fields, pending, placeless, rejection, log } = person;
  return {
    ...person,
    fields: without(fields, hidden),
    pending: without(pending, hidden),
    placeless: placeless.filter((field) => !hidden.has(field)),
    rejection: rejection && { ...rejection, ...unquoted(rejection, hidden) },
    log: { ...log, recent: log.recent.map((activity) => activityWithout(activity, hidden)) },
  };
}

/** The activity as shown: without the hidden fields. */
export function activityWithout(activity: Activity, hidden: HiddenFields): Activity {
  if (hidden.size === 0) return activity;
  if (activity.type === 'fieldsChanged') {
    const changes = activity.detail.changes.filter(({ field }) => !hidden.has(field));
    return { ...activity, detail: { ...activity.detail, changes } };
  }
  if (activity.type === 'conflict' && hidden.has(activity.detail.field)) {
    return { ...activity, detail: { ...activity.detail, local: null, remote: null } };
  }
  if (activity.type === 'rejected') {
    const { detail } = activity;
    return { ...activity, detail: { ...detail, ...unquoted(detail, hidden), values: without(detail.values, hidden) } };
  }
  if (activity.type === 'merged' && activity.detail.superseded !== undefined) {
    const superseded = without(activity.detail.superseded, hidden);
    return { ...activity, detail: { ...activity.detail, superseded } };
  }
  return activity;
}

function without<Value>(
  fields: Readonly<Record<string, Value>>,
  hidden: HiddenFields,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !hidden.has(name)));
}

/** Salesforce's message may quote the refused value. */
function unquoted({ message, fields }: Rejection, hidden: HiddenFields): Pick<Rejection, 'message'> {
  return {
    message: fields.some((field) => hidden.has(field))
      ? 'hidden, because the message may quote a hidden field'
      : message,
  };
}
