import type { Activity } from '../api/shapes.ts';
import { listed, quoted } from './format.ts';

type Of<Type extends Activity['type']> = Extract<Activity, { type: Type }>;

const SENTENCES: { readonly [Type in Activity['type']]: (activity: Of<Type>) => readonly string[] } = {
  created: ({ detail: { source } }) => [
    source === 'api' ? 'Created here.' : `Created from a new ${source} in Salesforce.`,
  ],
  fieldsChanged: changes,
  conflict: ({ detail }) => conflict(detail),
  syncedToSalesforce: ({ detail }) => synced(detail),
  rejected: ({ detail }) => rejected(detail),
  linked: ({ detail: { type, id } }) => [`Linked to the ${type} ${id} in Salesforce.`],
  converted: ({ detail: { type, id } }) => [
    `The Lead was converted in Salesforce; this person is now the ${type} ${id}.`,
  ],
  deletedInSalesforce: ({ detail: { type, id } }) => [
    `The ${type} ${id} was deleted in Salesforce. The person stays here.`,
  ],
  undeleted: ({ detail: { type, id } }) => [`The ${type} ${id} was undeleted in Salesforce and is linked again.`],
  merged: ({ detail }) => merged(detail),
  ownerChanged: ({ detail: { from, to } }) => [`The owner in Salesforce changed from ${from} to ${to}.`],
  deleted: ({ detail: { salesforce, dropped = [] } }) => [
    `Deleted here; the record in Salesforce was ${salesforce === 'delete' ? 'deleted, too' : 'kept'}.`,
    ...(dropped.length === 0 ? [] : [`The edits that waited were dropped: ${listed(dropped)}.`]),
  ],
  revived: () => ['Brought back: the person was created here again with the same Email.'],
};

/** An activity in plain sentences, with values. */
export function activitySentences(activity: Activity): readonly string[] {
  const say = SENTENCES[activity.type] as ((activity: Activity) => readonly string[]) | undefined;
  // A newer API may have an unknown type.
  return say?.(activity) ?? [activity.type];
}

type Detail<Type extends Activity['type']> = Extract<Activity, { type: Type }>['detail'];

const SOURCES = { pull: 'Salesforce changed', push: 'Changed for Salesforce:' } as const;

function changes({ direction, detail }: Extract<Activity, { type: 'fieldsChanged' }>): readonly string[] {
  const who = direction === null ? 'Edited here:' : SOURCES[direction];
  const sentences = detail.changes.map(
    ({ field, from, to }) => `${who} ${field} from ${quoted(from)} to ${quoted(to)}.`,
  );
  return detail.reason === 'tooLong'
    ? [...sentences, 'The text was longer than Salesforce takes, and was cut.']
    : sentences;
}

function conflict({ field, local, remote, winner }: Detail<'conflict'>): readonly string[] {
  const [won, lost] = winner === 'local' ? [local, remote] : [remote, local];
  const [winnerName, loserName] = winner === 'local' ? ['here', 'in Salesforce'] : ['in Salesforce', 'here'];
  return [
    `Both sides changed ${field}: ${quoted(local)} here, ${quoted(remote)} in Salesforce.`,
    `The value ${winnerName} won: ${quoted(won)}. The value ${loserName} was ${quoted(lost)}.`,
  ];
}

function synced({ fields, created, defaulted = [] }: Detail<'syncedToSalesforce'>): readonly string[] {
  const what = created ? 'A new Lead was created in Salesforce' : 'Salesforce was updated';
  const with_ = fields.length === 0 ? '.' : `: ${listed(fields)}.`;
  const filled = defaulted.length === 0 ? [] : [`${listed(defaulted)} took the value of the settings.`];
  return [`${what}${with_}`, ...filled];
}

function rejected({ code, message, values }: Detail<'rejected'>): readonly string[] {
  const edits = Object.entries(values).map(([field, value]) => `${field} ${quoted(value)}`);
  return [`Salesforce refused ${edits.length === 0 ? 'the record' : listed(edits)}: “${message}” (${code}).`];
}

function merged({ into, from, row, superseded = {} }: Detail<'merged'>): readonly string[] {
  const what =
    from === undefined
      ? `Two records were merged in Salesforce; the record that stays is ${row ?? 'this one'}.`
      : `The person ${from} became a part of ${into}.`;
  const gone = Object.entries(superseded).map(([field, value]) => `${field} ${quoted(value)}`);
  return gone.length === 0 ? [what] : [what, `Newer edits took the place of ${listed(gone)}.`];
}
