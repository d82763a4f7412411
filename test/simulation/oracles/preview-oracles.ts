import { awaitsPush, isPresent, isWritable, type Person } from '../../../lib/person/person.ts';
import type { Functions } from '../functions.ts';
import type { World } from '../world.ts';

function isInStep(person: Person): boolean {
  return isPresent(person) && !awaitsPush(person) && person.rejection === null && isWritable(person.salesforce);
}

/** Of who is in step a preview says that a sync would move nothing. */
export async function checkPreviews(world: World, functions: Functions): Promise<void> {
  if (!world.swarm.enabled.has('previewed')) return;
  for (const person of world.stores.all()) {
    if (!isInStep(person)) continue;
    const end = await functions.preview(person.personId);
    if (end.kind !== 'answered' || end.result.kind !== 'preview') {
      world.breaks('a preview is given', `${person.personId}: ${JSON.stringify(end)}`);
      continue;
    }
    const { outcome, pulled, pushed } = end.result;
    const moved = [...pulled, ...pushed].filter((field) => !world.hiddenFields.has(field));
    if (outcome !== 'unchanged' || moved.length > 0) {
      const what = `${person.personId}: ${outcome}, ${[...pulled, ...pushed].join()}`;
      world.breaks('a preview of who is in step moves nothing', what);
    }
  }
}
