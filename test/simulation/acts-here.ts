import type { DeletedHere, Person } from '../../lib/person/person.ts';
import type { AssignTo } from '../../lib/sync/assign-to.ts';
import { RETYPED } from './fields.ts';
import type { Functions } from './functions.ts';
import type { World } from './world.ts';

/** What callers of our API ask of one person, beside edits and syncs. */
export class ActsHere {
  readonly #world: World;
  readonly #functions: Functions;

  constructor(world: World, functions: Functions) {
    this.#world = world;
    this.#functions = functions;
  }

  async delete({ personId }: Person, salesforce: DeletedHere['salesforce']): Promise<void> {
    const end = await this.#functions.delete(personId, salesforce);
    if (end.kind === 'answered' && end.result.kind === 'deleted') this.#world.swarm.count('deletedHere');
  }

  /** Creates a person with the email that this one has: who is deleted here comes back by it. */
  revive({ fields: { Email, LastName = null, Company = null } }: Person): void {
    if (typeof Email !== 'string') return;
    this.#world.swarm.count('askedToRevive');
    void this.#functions.create({ Email, LastName, Company: Company ?? 'Revived' });
  }

  async preview({ personId }: Person): Promise<void> {
    this.#world.swarm.count('previewed');
    const end = await this.#functions.preview(personId);
    if (end.kind === 'answered') this.#world.swarm.count(`preview: ${end.result.kind}`);
  }

  /** Syncs the person now, and gives its record to a salesperson, a queue, or whom the rules choose. */
  assign({ personId }: Person, to: AssignTo['kind'], choice: number): void {
    const { sales, queues } = this.#world.org.state.standard;
    const pick = (owners: readonly { readonly id: string }[]) => owners[choice % owners.length]?.id ?? '';
    const assignTo: AssignTo =
      to === 'user' || to === 'queue' ? { kind: to, ownerId: pick(to === 'user' ? sales : queues) } : { kind: to };
    this.#world.swarm.count('assigned');
    void this.#functions.sync(personId, assignTo);
  }

  /** Syncs persons as a list; where it is paused, it goes on a while later. */
  async syncList(
    personIds: readonly string[],
    { who, pausedFor }: { readonly who: 'all' | 'localOnly'; readonly pausedFor: number },
  ): Promise<void> {
    this.#world.swarm.count('listSynced');
    const end = await this.#functions.startList(who === 'all' ? { personIds } : who);
    if (end.kind !== 'answered') return;
    this.#world.lists.push(end.result);
    if (pausedFor === 0) return;
    void this.#functions.pauseList(end.result, true);
    this.#world.timeline.after(pausedFor, () => void this.#resumeList(end.result));
  }

  /** Accepts the new type of the field that was retyped, where it is known to be in quarantine by now. */
  async acceptField(): Promise<void> {
    this.#world.acceptAsked = true;
    const ends = await Promise.all(
      (['Lead', 'Contact'] as const).map((type) => this.#functions.acceptField(type, RETYPED.name)),
    );
    const types = ends.map((end) => (end.kind === 'answered' && end.result.kind === 'accepted' ? end.result.to : null));
    const { schema } = this.#world.org.state;
    const areCurrent = types.every((type) => type === schema.field('Lead', RETYPED.name)?.type);
    if (types.some((type) => type !== null)) this.#world.swarm.count('typeAccepted');
    // What was accepted may have changed once more, and nobody has seen that yet.
    this.#world.typeAccepted ||= areCurrent;
  }

  /** Whoever gets no answer asks again. */
  async #resumeList(jobId: string): Promise<void> {
    const end = await this.#functions.pauseList(jobId, false);
    if (end.kind !== 'answered') this.#world.timeline.after(10_000, () => void this.#resumeList(jobId));
  }

  /** Asks that every person be compared with its row. */
  reconcile(acceptMissing: boolean): void {
    this.#world.swarm.count('askedToReconcile');
    // Who says that whatever cannot be read is gone would be wrong about a row out of sight.
    void this.#functions.askReconciliation(acceptMissing && !this.#world.swarm.enabled.has('rowHidden'));
  }
}
