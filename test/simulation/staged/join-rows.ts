import type { World } from '../world.ts';
import type { Join } from './stage.ts';

/** Merges the row of one person of the story into another's, or converts it into that one. */
export function joinRows(world: World, { subject, into }: Join): void {
  const [row, other] = [livingRow(world, subject), livingRow(world, into)];
  if (row === undefined || other === undefined) return;
  world.tell(`join p${subject} into p${into}`);
  const isConversion = row.type === 'Lead' && other.type === 'Contact';
  if (!isConversion && row.type !== other.type) return;
  const { status, body } = isConversion
    ? world.asAdmin('POST', '/_org/convert', { leadId: row.id, contactId: other.id, accountId: other.accountId })
    : world.asAdmin('POST', '/_org/merge', { object: row.type, masterId: other.id, loserIds: [row.id] });
  if (status !== 200) throw new Error(`the org refused to join rows: ${JSON.stringify(body)}`);
  world.swarm.count(isConversion ? 'leadConvertedInto' : 'rowsMerged');
}

interface LivingRow {
  readonly type: 'Lead' | 'Contact';
  readonly id: string;
  readonly accountId?: string;
}

/** The one row with the email of this person of the story that lives. */
function livingRow(world: World, subject: number): LivingRow | undefined {
  for (const type of ['Lead', 'Contact'] as const) {
    for (const row of world.org.state.store.table(type).values()) {
      if (row.Email !== `p${subject}@example.com` || row.IsDeleted === true || row.IsConverted === true) continue;
      const accountId = typeof row.AccountId === 'string' ? { accountId: row.AccountId } : {};
      return { type, id: String(row.Id), ...accountId };
    }
  }
  return undefined;
}
