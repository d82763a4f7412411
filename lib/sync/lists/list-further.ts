import { listMessage } from '../change-message.ts';
import type { Ports } from '../ports/ports.ts';
import { type ListJob, type ListPart, PART_SIZE } from '../state/list-job.ts';

type ListPorts = Pick<Ports, 'lists' | 'persons' | 'queue' | 'clock'>;

/** Parts listed per message; the next message continues. */
const PARTS_AT_ONCE = 20;

/**
 * Splits further persons of a status into parts and enqueues each part. Order: write the part, enqueue, update the job.
 * After a crash in between, the part is found and enqueued again.
 */
export async function listFurther(ports: ListPorts, from: ListJob): Promise<void> {
  let job = from;
  for (let at = 0; at < PARTS_AT_ONCE && job.listing !== null; at += 1) {
    const next = await withNextPart(ports, job, job.listing.cursor);
    if ((await ports.lists.saveJob(next)) === 'saved') job = next;
    else {
      const stored = await ports.lists.loadJob(job.jobId);
      if (stored === undefined || stored.paused) return;
      job = stored;
    }
  }
  if (job.listing === null) return;
  await ports.queue.send([listMessage({ queuedAt: ports.clock.now(), jobId: job.jobId, part: null, tries: 0 })]);
}

async function withNextPart(ports: ListPorts, job: ListJob, cursor: string | null): Promise<ListJob> {
  const { jobId } = job;
  const number = job.parts + 1;
  const known = await ports.lists.loadPart(jobId, number);
  const part = known ?? (await nextPart(ports, { jobId, number, cursor }));
  const revision = job.revision + 1;
  const listing = part.next === null ? null : { cursor: part.next };
  if (part.personIds.length === 0) return { ...job, revision, listing };
  if (known === undefined && (await ports.lists.addPart(part)) === 'exists') return withNextPart(ports, job, cursor);
  await ports.queue.send([listMessage({ queuedAt: ports.clock.now(), jobId, part: number, tries: 0 })]);
  return { ...job, revision, listing, parts: number, total: job.total + part.personIds.length };
}

async function nextPart(
  { persons }: ListPorts,
  { jobId, number, cursor }: { readonly jobId: string; readonly number: number; readonly cursor: string | null },
): Promise<ListPart> {
  const page = await persons.withStatus('localOnly', PART_SIZE, cursor);
  return { jobId, part: number, personIds: page.items.map(({ personId }) => personId), next: page.cursor };
}
