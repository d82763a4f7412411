import type { Answer } from '../../api/queries.ts';
import type { FieldValue, Person, Preview } from '../../api/shapes.ts';
import { Table } from '../../parts/page.tsx';
import { linkTo } from '../../parts/route.ts';
import { Empty, ProblemBox } from '../../parts/states.tsx';
import { valueText } from '../../words/format.ts';
import { EditField } from './edit-field.tsx';

type FieldPlan = Preview['fields'][number];

const ARROWS = { pull: '← from Salesforce', push: '→ to Salesforce', none: '= nothing' } as const;

/**
 * Both records, field by field, with the planned sync and reasons. If Salesforce is unavailable, only the local values.
 */
export function BothSides(props: {
  readonly person: Person;
  readonly preview: Answer<Preview>;
  /** The field being edited. */
  readonly edited: string | undefined;
}) {
  const { person, preview, edited } = props;
  const plans = (preview.body?.fields ?? plansOf(person)).toSorted(
    (one, other) => rank(one, person) - rank(other, person),
  );
  const rows =
    edited === undefined || plans.some(({ field }) => field === edited) ? plans : [...plans, newField(edited)];
  return (
    <>
      {preview.problem !== undefined && <ProblemBox problem={preview.problem} again={preview.again} />}
      {preview.isLoading && (
        <p class="loading" role="status">
          Asking Salesforce …
        </p>
      )}
      {preview.body?.waitsFor != null && <p class="box">{preview.body.waitsFor}</p>}
      {rows.length === 0 ? (
        <Empty>No field has a value on either side.</Empty>
      ) : (
        <Table label="Both sides, field by field" heads={['Field', 'Here', 'Base', 'In Salesforce', 'A sync would do']}>
          {rows.map((plan) => (
            <FieldRow key={plan.field} plan={plan} person={person} isEdited={plan.field === edited} />
          ))}
        </Table>
      )}
    </>
  );
}

/**
 * Fields needing attention come first: refused, in conflict, to be synced; then the remaining fields in the original
 * order.
 */
function rank({ field, winner, action }: FieldPlan, { sync }: Person): number {
  if (sync.rejection?.fields.includes(field) === true) return 0;
  if (winner !== null) return 1;
  return action === 'none' ? 3 : 2;
}

function FieldRow(props: { readonly plan: FieldPlan; readonly person: Person; readonly isEdited: boolean }) {
  const { plan, person, isEdited } = props;
  const isRefused = person.sync.rejection?.fields.includes(plan.field) === true;
  const tone = isRefused ? 'refused' : plan.winner !== null ? 'conflict' : plan.action;
  const here = linkTo(['person', person.personId], { edit: plan.field });
  return (
    <tr class={tone}>
      <th scope="row">{plan.field}</th>
      <td>
        {isEdited ? (
          <EditField person={person} field={plan.field} />
        ) : (
          <>
            <Value value={plan.local} />{' '}
            <a class="edit" href={here} aria-label={`Edit ${plan.field}`}>
              Edit
            </a>
          </>
        )}
      </td>
      <td>
        <Value value={plan.base} />
      </td>
      <td>
        <Value value={plan.remote} />
      </td>
      <td class="why">
        {ARROWS[plan.action]}
        {plan.winner !== null && ` (conflict: ${plan.winner === 'local' ? 'here' : 'Salesforce'} wins)`}
        <span class="muted">{isRefused ? ': refused by Salesforce' : plan.why === '' ? '' : `: ${plan.why}`}</span>
      </td>
    </tr>
  );
}

function Value({ value }: { readonly value: FieldValue | undefined }) {
  const isEmpty = value === undefined || value === null || value === '';
  return <span class={isEmpty ? 'muted' : undefined}>{valueText(value)}</span>;
}

/** The plan without Salesforce's values. */
function plansOf({ fields }: Person): readonly FieldPlan[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([field, local]) => ({
      field,
      apiName: null,
      local,
      action: 'none',
      winner: null,
      why: 'Salesforce was not asked',
    }));
}

function newField(field: string): FieldPlan {
  return { field, apiName: null, local: null, action: 'none', winner: null, why: '' };
}
