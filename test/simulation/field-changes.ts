import type { Row, Value } from '../sandbox/org/soql/source.ts';
import { ADDED, RENAMED, RETYPED } from './fields.ts';
import type { World } from './world.ts';

const OBJECTS = ['Lead', 'Contact'] as const;

/** Between the first object that gets a new field and the second, at most. */
const MINUTES_APART = 20;

/** Once in a story: a field that was removed is not added again. */
export function addField(world: World): void {
  const add = (object: string): boolean => {
    if (world.hiddenFields.has(ADDED.name)) return false;
    return world.asAdmin('POST', '/_org/fields', { object, ...ADDED }).status === 200;
  };
  const { timeline } = world;
  const dice = world.dice.fork('added field');
  const [first, second] = dice.chance(0.5) ? OBJECTS : OBJECTS.toReversed();
  if (first === undefined || second === undefined || !add(first)) return;
  world.swarm.count('fieldAdded');
  // The administrator comes to the other object at once, or minutes later: until then its records have no place for it.
  if (dice.chance(0.5)) add(second);
  else timeline.after(dice.between(1000, MINUTES_APART * 60_000), () => add(second));
}

/** Its values stay, and no stamp moves: to whoever reads by names one field is gone and another has come. */
export function renameField(world: World): void {
  if (replaceField(world, ADDED.name, RENAMED, (value) => value)) world.swarm.count('fieldRenamed');
}

export function retypeField(world: World): void {
  const isNumber = world.org.state.schema.field('Lead', RETYPED.name)?.type === 'double';
  const [type, convert] = isNumber ? (['string', String] as const) : (['double', Number] as const);
  if (!replaceField(world, RETYPED.name, { ...RETYPED, type }, convert)) return;
  world.typeAccepted = false;
  world.retyped ||= world.ledger.checkpoints.size === OBJECTS.length;
  world.swarm.count('fieldRetyped');
}

function replaceField(
  world: World,
  name: string,
  next: { readonly name: string; readonly type: string },
  convert: (value: Value) => Value,
): boolean {
  const { schema, store } = world.org.state;
  if (OBJECTS.some((object) => schema.field(object, name) === undefined)) return false;
  world.hiddenFields.add(name);
  for (const object of OBJECTS) {
    const rows: readonly Row[] = [...store.table(object).values()];
    world.asAdmin('DELETE', '/_org/fields', { object, name });
    world.asAdmin('POST', '/_org/fields', { object, ...next });
    for (const { Id, [name]: value = null } of rows) {
      const row = store.table(object).get(String(Id));
      if (row !== undefined && value !== null) store.put(object, { ...row, [next.name]: convert(value) });
    }
  }
  return true;
}
