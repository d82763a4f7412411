import type { ListedPerson } from '../api/shapes.ts';
import { ago, nameOf, valueText } from '../words/format.ts';
import { Table, Time } from './page.tsx';
import { linkTo } from './route.ts';
import { StatusBadge } from './states.tsx';

/** Persons, one per row, linked to their pages. */
export function PersonsTable({
  persons,
  label,
}: {
  readonly persons: readonly ListedPerson[];
  readonly label: string;
}) {
  return (
    <Table label={label} heads={['Name', 'Email', 'Status', 'In Salesforce', 'Changed']}>
      {persons.map((person) => (
        <tr key={person.personId}>
          <th scope="row">
            <a href={linkTo(['person', person.personId])}>{nameOf(person)}</a>
          </th>
          <td>{valueText(person.fields.Email)}</td>
          <td>
            <StatusBadge status={person.sync.status} />
          </td>
          <td>{person.salesforce === null ? 'never there' : `${person.salesforce.type} ${person.salesforce.id}`}</td>
          <td>
            <Time at={person.updatedAt}>{ago(person.updatedAt, Date.now())}</Time>
          </td>
        </tr>
      ))}
    </Table>
  );
}
