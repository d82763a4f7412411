import fc from 'fast-check';
import { expect } from 'vitest';
import type { Person } from '../../lib/person/person.ts';
import type { Life } from './life.ts';
import { Model, type ModelPerson, type ModelRow, type Said, survivorOf } from './model.ts';

/** What can happen. Numbers choose a row or a person among those there are. */
export type Act =
  | { readonly kind: 'addLead' | 'addContact' | 'poll' | 'settle' | 'redeliver' }
  | { readonly kind: 'editThere' | 'editHere'; readonly at: number; readonly text: number }
  | { readonly kind: 'delete' | 'undelete' | 'hardDelete' | 'convert' | 'sync'; readonly at: number }
  | { readonly kind: 'merge' | 'convertInto'; readonly at: number; readonly other: number };

type ActHere = 'addLead' | 'addContact' | 'poll' | 'settle' | 'redeliver' | 'editHere' | 'sync';
type ActThere = Act & { readonly kind: Exclude<Act['kind'], ActHere> };

const at = fc.nat(5);

export const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('addLead', 'addContact', 'poll', 'settle', 'redeliver') }),
  fc.record({ kind: fc.constantFrom('editThere', 'editHere'), at, text: fc.nat(1000) }),
  fc.record({ kind: fc.constantFrom('delete', 'undelete', 'hardDelete', 'convert', 'sync'), at }),
  fc.record({ kind: fc.constantFrom('merge', 'convertInto'), at, other: at }),
);

/** The product and the reference side by side. */
export class SideBySide {
  readonly life: Life;
  readonly model = new Model();
  readonly #ids = new Map<ModelPerson, string>();
  #rows = 0;
  readonly #succeeded = new Set<string>();

  constructor(life: Life) {
    this.life = life;
  }

  async act(act: Act): Promise<void> {
    const here = {
      addLead: () => this.#add('addLead'),
      addContact: () => this.#add('addContact'),
      poll: () => this.life.poll(),
      settle: () => this.settle(),
      redeliver: () => this.#redeliver(),
      editHere: () => this.#editHere('at' in act ? act.at : 0, `ours ${'text' in act ? act.text : ''}`),
      sync: () => this.#sync('at' in act ? act.at : 0),
    } as const;
    if (Object.hasOwn(here, act.kind)) await here[act.kind as ActHere]();
    else this.#inSalesforce(act as ActThere);
  }

  async #redeliver(): Promise<void> {
    await this.life.deliver(this.life.delivered.slice());
    await this.settle();
  }

  /** Everything arrives; then both must agree. */
  async settle(): Promise<void> {
    await this.life.settleNextDay();
    const rows = this.rows();
    const traces = await this.#traces();
    const expected = this.model.settle(rows, {
      goesTo: (row) => this.#holderOf(row),
      traced: (person) => traces.get(person),
      ...(await this.#standing()),
    });
    for (const person of this.model.present()) {
      if (!this.#ids.has(person)) this.#ids.set(person, this.life.holder(person.row ?? '').personId);
    }
    for (const [id, values] of expected) this.#mustAgree(id, values);
    await this.#mustBeOne();
  }

  #holderOf(row: string): ModelPerson | undefined {
    const [holder] = this.life.holders(row);
    return this.model.present().find((person) => this.#ids.get(person) === holder?.personId);
  }

  /** Which persons of the product are one by now, and the row of each. */
  async #standing(): Promise<Pick<Said, 'areOne' | 'rowOf'>> {
    const survivors = new Map<ModelPerson, Person>();
    for (const person of this.model.present()) {
      const personId = this.#ids.get(person);
      if (personId !== undefined) survivors.set(person, await this.life.survivor(personId));
    }
    const survivorIn = (person: ModelPerson) => survivors.get(survivorOf(person))?.personId;
    return {
      areOne: (person, other) => survivorIn(person) === survivorIn(other),
      rowOf: (person) => survivors.get(person)?.salesforce?.id,
    };
  }

  /** Where the persons are of whom some row carries the id, or whose row had a successor before it was gone for good. */
  async #traces(): Promise<ReadonlyMap<ModelPerson, string>> {
    const { store } = this.life.org.state;
    const rows = [...store.table('Lead').values(), ...store.table('Contact').values()];
    const carried = new Set(rows.map((row) => row.Person_Id__c));
    const traces = new Map<ModelPerson, string>();
    for (const person of this.model.present()) {
      const personId = this.#ids.get(person);
      const isTraced = carried.has(personId ?? '') || this.#succeeded.has(person.row ?? '');
      if (personId === undefined || !isTraced) continue;
      const { salesforce } = await this.life.survivor(personId);
      if (salesforce !== null) traces.set(person, salesforce.id);
    }
    return traces;
  }

  rows(): Map<string, ModelRow> {
    const rows = new Map<string, ModelRow>();
    for (const type of ['Lead', 'Contact'] as const) {
      for (const row of this.life.org.state.store.table(type).values()) {
        const isGone = row.IsDeleted === true || row.IsConverted === true;
        const master = row.IsDeleted === true ? row.MasterRecordId : null;
        const contact = row.IsConverted === true ? row.ConvertedContactId : null;
        const successor = (master ?? contact ?? null) as string | null;
        rows.set(String(row.Id), {
          id: String(row.Id),
          isGone,
          successor,
          value: (row.Title ?? null) as string | null,
        });
      }
    }
    return rows;
  }

  #mustAgree(id: string, values: readonly (string | null)[]): void {
    const person = this.life.holder(id);
    const known = this.model.standingFor(id);
    expect(values, `${id}: ${person.personId}`).toContain(person.fields.Title ?? null);
    expect(person.pending).toEqual({});
    expect(this.rows().get(id)?.value ?? null).toBe(person.fields.Title ?? null);
    if (known === undefined) return;
    known.value = (person.fields.Title ?? null) as string | null;
    known.edit = null;
  }

  /** The same persons have become one on both sides, and those whose rows are gone still hold what was edited. */
  async #mustBeOne(): Promise<void> {
    const survivors = new Map<ModelPerson, string>();
    for (const person of this.model.persons) {
      const { personId } = await this.life.survivor(this.#ids.get(person) ?? '');
      const survivor = survivorOf(person);
      const known = survivors.get(survivor);
      if (known === undefined) expect([...survivors.values()]).not.toContain(personId);
      else expect(personId).toBe(known);
      survivors.set(survivor, personId);
    }
    for (const [person, personId] of survivors) {
      const stored = await this.life.survivor(personId);
      const { isDeleted = false, isConverted = false } = stored.salesforce ?? {};
      expect(isDeleted || isConverted, personId).toBe(person.deleted);
      if (person.edit !== null) expect(stored.fields.Title).toBe(person.edit.value);
    }
  }

  #add(kind: 'addLead' | 'addContact'): void {
    if (this.#rows >= 6) return;
    this.#rows += 1;
    this.life[kind]({ Email: `person${this.#rows}@example.com` });
  }

  async #editHere(index: number, value: string): Promise<void> {
    const present = this.model.present();
    const person = present[index % present.length];
    if (person === undefined) return;
    const personId = this.#ids.get(person) ?? '';
    const { fields, pending } = await this.life.survivor(personId);
    // What is there already is no edit.
    if (fields.Title === value) return;
    await this.life.edit(personId, { Title: value });
    person.editedAt = Date.parse(this.life.clock.now());
    // Back to what Salesforce was known to hold: then nothing waits, and what is changed there comes.
    person.edit = pending.Title === value ? null : { value, at: person.editedAt };
  }

  async #sync(index: number): Promise<void> {
    const present = this.model.present();
    let person = present[index % present.length];
    if (person === undefined) return;
    // Whoever asks for a person that was merged away is told where to ask (308), and does.
    const { personId } = await this.life.survivor(this.#ids.get(person) ?? '');
    const outcome = await this.life.sync(personId);
    const rows = this.rows();
    const { areOne } = await this.#standing();
    for (let hop = 0; hop < 4; hop += 1) {
      this.model.follow(person, rows, areOne);
      person = survivorOf(person);
    }
    if (outcome.kind !== 'synced') return;
    const { salesforce, fields } = outcome.person;
    if (person.edit !== null) expect(fields.Title).toBe(person.edit.value);
    person.row = salesforce?.id ?? null;
    person.deleted = false;
    person.edit = null;
    person.value = (fields.Title ?? null) as string | null;
  }

  /** Salesforce refuses what cannot be: then nothing happens on either side. */
  #inSalesforce(act: ActThere): void {
    const rows = [...this.rows().keys()];
    const id = rows[act.at % rows.length];
    if (id === undefined) return;
    const type = id.startsWith('00Q') ? 'Lead' : 'Contact';
    const other = 'other' in act ? rows[act.other % rows.length] : undefined;
    for (const row of this.rows().values()) if (row.successor !== null) this.#succeeded.add(row.id);
    const { life } = this;
    const acts = {
      editThere: () => life.change(type, id, { Title: `theirs ${'text' in act ? act.text : ''}` }),
      delete: () => life.delete(type, id),
      undelete: () => life.undelete(id),
      hardDelete: () => life.hardDelete(id),
      convert: () => void life.convert(id),
      convertInto: () => void (other?.startsWith('003') && life.convert(id, other)),
      merge: () => other !== undefined && life.merge(type, id, other),
    };
    try {
      acts[act.kind]();
      this.model.noteLost(this.rows());
    } catch (error) {
      if (!(error instanceof Error) || !/^[A-Z]+ \//.test(error.message)) throw error;
    }
  }
}
