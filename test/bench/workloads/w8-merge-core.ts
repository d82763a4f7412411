import { type FieldShapes, type Fields, sameValue } from '../../../lib/person/field-value.ts';
import { type MergeRules, mergeRow } from '../../../lib/person/merge-row.ts';
import type { Person } from '../../../lib/person/person.ts';
import { aPerson, aRow } from '../../person/builders.ts';
import { atMost, type Bench, type Task, type Workload } from '../bench.ts';
import { counted, measured } from '../measure.ts';

const FIELDS = 25;

const shapes: FieldShapes = Object.fromEntries(
  Array.from({ length: FIELDS }, (_, at) => [`Field${at}__c`, { kind: 'text' } as const]),
);

const rules: MergeRules = { shapes, winnerOf: () => 'local', canPush: () => true };

function fieldsOf(change: string): Fields {
  return Object.fromEntries(
    Object.keys(shapes).map((name, at) => [name, at < 2 ? `value ${at}${change}` : `value ${at}`]),
  );
}

const person: Person = aPerson({ fields: fieldsOf('') });
const same = aRow(fieldsOf(''));
const changed = aRow(fieldsOf(' new'));

const mergeEach =
  (row: typeof same): Task =>
  (_place, size) =>
    measured(async () => {
      let merged = 0;
      for (let at = 0; at < size; at += 1) if (mergeRow(person, row, rules).kind !== 'stale') merged += 1;
      return { rows: merged };
    });

/** The comparison of every field by its type: whatever merges must do that. */
const compare: Task = (_place, size) =>
  measured(async () => {
    let equal = 0;
    for (let at = 0; at < size; at += 1) {
      for (const [name, shape] of Object.entries(shapes)) {
        if (sameValue(shape, person.fields[name] ?? null, same.fields[name] ?? null)) equal += 1;
      }
    }
    return { rows: size, equal };
  });

export const tasks = { unchanged: mergeEach(same), changed: mergeEach(changed), compare };

async function run(bench: Bench) {
  const size = bench.isQuick ? 200_000 : 1_000_000;
  const place = { orgUrl: '', dynamoDbUrl: '', sqsUrl: '', tableName: '', queueUrl: '', backlogUrl: '' };
  const product = await bench.run('unchanged', place, size);
  const changes = await bench.run('changed', place, size);
  const floor = await bench.run('compare', place, size);
  return {
    product,
    floor,
    peers: { 'two fields changed': changes },
    ratios: {
      'rows a CPU second': counted(product, 'rows') / product.cpuSeconds,
      'rows a CPU second, two changed': counted(changes, 'rows') / changes.cpuSeconds,
    },
    bars: [atMost('CPU / comparison of the fields', product.cpuSeconds / floor.cpuSeconds, 4)],
  };
}

export const workload: Workload = { id: 'W8', name: 'merge a row of 25 fields, pure', run };
