import { isPresent } from '../../../lib/person/person.ts';
import { RETYPED } from '../fields.ts';
import type { World } from '../world.ts';
import { currentRow } from './end-oracles.ts';

/** What became of the field that got another type: it rests until somebody accepts the type, and is read then. */
export async function checkTypes(world: World): Promise<void> {
  if (world.typeAccepted) acceptedTypeIsRead(world);
  else if (world.retyped && !world.acceptAsked) await newTypeWaits(world);
}

function isNumberNow({ org }: World): boolean {
  return org.state.schema.field('Lead', RETYPED.name)?.type === 'double';
}

function acceptedTypeIsRead(world: World): void {
  const isNumber = isNumberNow(world);
  for (const { personId, salesforce, fields, pending } of world.stores.all().filter(isPresent)) {
    if (salesforce === null || salesforce.isDeleted || salesforce.isConverted || RETYPED.name in pending) continue;
    const there = currentRow(world, salesforce.type, salesforce.id)?.[RETYPED.name] ?? null;
    // A transaction that was open meanwhile may have committed a value of the old type.
    if (there === null || (typeof there === 'number') !== isNumber || fields[RETYPED.name] === there) continue;
    const what = `${JSON.stringify(fields[RETYPED.name])} here, ${JSON.stringify(there)} there`;
    world.breaks('an accepted type is read', `${personId}: ${what}`);
  }
}

async function newTypeWaits(world: World): Promise<void> {
  if (!isNumberNow(world)) return;
  for (const type of ['Lead', 'Contact'] as const) {
    const stored = await world.stores.state.loadSchema(type);
    if (stored === undefined || RETYPED.name in stored.history.quarantined) continue;
    world.breaks(
      'a new type waits to be accepted',
      `${type}.${RETYPED.name} syncs as ${stored.schema.fields[RETYPED.name]?.type}`,
    );
  }
}
