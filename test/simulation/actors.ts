import type { FieldValue } from '../../lib/person/field-value.ts';
import type { Person } from '../../lib/person/person.ts';
import { ActsHere } from './acts-here.ts';
import {
  addAutomation,
  mendRefusals,
  openTransaction,
  refuseRecord,
  setAccess,
  setRule,
  share,
} from './administrator.ts';
import { addField, renameField, retypeField } from './field-changes.ts';
import { remoteName } from './fields.ts';
import type { Functions } from './functions.ts';
import type { Operation, Origin } from './scenario.ts';
import { operationTold } from './story.ts';
import type { World } from './world.ts';

/** A person of the story, who is a row, a person of ours, or both by now. */
interface Subject {
  readonly origin: Origin;
  readonly email: string;
  rowId: string | null;
  /** The last of its rows that became a part of another. */
  lostRowId: string | null;
  personId: string | null;
}

interface RowName {
  readonly id: string;
  readonly type: 'Lead' | 'Contact';
}

type OperationOf<Kind extends Operation['kind']> = Extract<Operation, { kind: Kind }>;

/** Those who act: sales in the org, marketing through our API, the administrator of the org. */
export class Actors {
  readonly #world: World;
  readonly #functions: Functions;
  readonly #here: ActsHere;
  readonly #subjects: readonly Subject[];

  constructor(world: World, functions: Functions, origins: readonly Origin[]) {
    this.#world = world;
    this.#functions = functions;
    this.#here = new ActsHere(world, functions);
    this.#subjects = origins.map((origin, at) => ({
      origin,
      email: `p${at}@example.com`,
      rowId: null,
      lostRowId: null,
      personId: null,
    }));
    this.#subjects.forEach((subject, at) => {
      if (subject.origin !== 'here') subject.rowId = this.#createRow(subject.origin, at);
    });
  }

  act(operation: Operation): void {
    const subject = this.#subjects[operation.subject];
    if (subject === undefined) return;
    this.#world.step(`${operation.kind} p${operation.subject}`);
    this.#world.narrate(() => operationTold(operation, this.#rowOf(subject)));
    const acts: { readonly [Kind in Operation['kind']]: (operation: OperationOf<Kind>) => void } = {
      salesEdit: ({ field, value }) => this.#salesEdit(subject, field, value),
      massUpdate: ({ field, value }) => this.#massUpdate(field, value),
      salesTransaction: (wish) => this.#transaction(subject, wish),
      massEdit: ({ field, value }) => this.#massEdit(field, value),
      marketingEdit: ({ field, value }) => this.#marketingEdit(subject, field, value),
      create: (wish) => this.#create(subject, wish),
      salesCreate: ({ object }) => this.#salesCreate(object, operation.subject),
      sync: () => this.#sync(subject),
      rule: ({ on }) => setRule(this.#world, on),
      refuse: ({ naming }) => refuseRecord(this.#world, subject.email, naming),
      mend: () => mendRefusals(this.#world),
      addField: () => addField(this.#world),
      renameField: () => renameField(this.#world),
      retypeField: () => retypeField(this.#world),
      acceptField: () => void this.#here.acceptField(),
      access: ({ on }) => setAccess(this.#world, on),
      automation: () => addAutomation(this.#world),
      delete: () => this.#delete(subject),
      undelete: () => this.#undelete(subject),
      swapEmails: (wish) => this.#swapEmails(subject, wish),
      contest: (wish) => this.#contest(subject, wish),
      hardDelete: () => this.#hardDelete(subject),
      merge: ({ other }) => this.#merge(subject, other),
      convert: () => this.#convert(subject),
      convertInto: ({ other }) => this.#convertInto(subject, other),
      reconcile: ({ acceptMissing }) => this.#here.reconcile(acceptMissing),
      share: ({ visible }) => this.#withPerson(subject, (person) => share(this.#world, person, visible)),
      outage: ({ minutes }) => this.#goDark(minutes),
      storeDown: ({ minutes }) => this.#world.breakStore(minutes * 60_000),
      deleteHere: ({ salesforce }) => this.#withPerson(subject, (person) => this.#here.delete(person, salesforce)),
      revive: () => this.#withPerson(subject, (person) => this.#here.revive(person)),
      preview: () => this.#withPerson(subject, (person) => this.#here.preview(person)),
      syncList: (wish) => void this.#here.syncList(this.#everybody(), wish),
      assign: ({ to, choice }) => this.#withPerson(subject, (person) => this.#here.assign(person, to, choice)),
    };
    // The compiler does not see that a table's entry and its argument have the same kind.
    (acts[operation.kind] as (operation: Operation) => void)(operation);
  }

  #everybody(): readonly string[] {
    return this.#subjects.flatMap((subject) => this.#personOf(subject)?.personId ?? []);
  }

  #withPerson(subject: Subject, act: (person: Person) => unknown): void {
    const person = this.#personOf(subject);
    if (person !== undefined) act(person);
  }

  #massUpdate(field: string, value: FieldValue): void {
    for (const each of this.#subjects) this.#salesEdit(each, field, value);
    this.#world.swarm.count('massUpdate');
  }

  #massEdit(field: string, value: FieldValue): void {
    for (const each of this.#subjects) this.#marketingEdit(each, field, value);
    this.#world.swarm.count('massEdit');
  }

  #salesCreate(object: 'Lead' | 'Contact', at: number): void {
    this.#createRow(object, at);
    this.#world.swarm.count('bothCreate');
  }

  #createRow(type: 'Lead' | 'Contact', at: number): string | null {
    const fields = { FirstName: `First${at}`, LastName: `Last${at}`, Email: `p${at}@example.com` };
    const company = type === 'Lead' ? { Company: `Company${at}` } : {};
    const { status, body } = this.#world.asAdmin('POST', `/sobjects/${type}`, { ...fields, ...company });
    if (status === 201) return (body as { id: string }).id;
    if (this.#world.refusedRecords.length === 0) throw new Error(`the org refused a ${type}: ${JSON.stringify(body)}`);
    this.#world.swarm.count('salesEditRefused');
    return null;
  }

  /** The person as stored now, whichever way it came to be and whoever it has become a part of. */
  #personOf({ personId, rowId }: Subject): Person | undefined {
    const { stores } = this.#world;
    let person = personId === null ? undefined : stores.peek(personId);
    if (person === undefined && rowId !== null) person = stores.peek(`sf-${rowId}`);
    while (person !== undefined && person.mergedInto !== null) person = stores.peek(person.mergedInto);
    return person;
  }

  /** The row that sales works with: the one that lives, if any does. */
  #rowOf(subject: Subject): RowName | undefined {
    const ids = [subject.rowId, this.#personOf(subject)?.salesforce?.id ?? null].flatMap((id) => id ?? []);
    const id = ids.find((each) => this.#lives(each)) ?? ids[0];
    return id === undefined ? undefined : rowName(id);
  }

  #lives(id: string): boolean {
    const row = this.#world.org.state.store.find(id)?.row;
    return row !== undefined && row.IsDeleted !== true && row.IsConverted !== true;
  }

  /** The living row of another subject, chosen by number, of the given object. */
  #otherRow(subject: Subject, type: RowName['type'], choice: number): { other: Subject; row: RowName } | undefined {
    const others = this.#subjects.flatMap((other) => {
      const row = this.#rowOf(other);
      const isFit = other !== subject && row?.type === type && row.id !== this.#rowOf(subject)?.id;
      return isFit && this.#lives(row.id) ? { other, row } : [];
    });
    return others[choice % others.length];
  }

  #salesEdit(subject: Subject, field: string, value: FieldValue): void {
    const row = this.#rowOf(subject);
    if (row === undefined) return;
    const name = remoteName(field, row.type);
    if (name === null) return;
    const { status } = this.#world.asAdmin('PATCH', `/sobjects/${row.type}/${row.id}`, { [name]: value });
    this.#world.swarm.count(status < 300 ? 'salesEdit' : 'salesEditRefused');
  }

  #transaction(subject: Subject, operation: Extract<Operation, { kind: 'salesTransaction' }>): void {
    const row = this.#rowOf(subject);
    const name = row === undefined ? null : remoteName(operation.field, row.type);
    if (row === undefined || name === null) return;
    openTransaction(this.#world, { ...row, fields: { [name]: operation.value } }, operation.seconds);
  }

  #marketingEdit(subject: Subject, field: string, value: FieldValue): void {
    const person = this.#personOf(subject);
    if (person === undefined) return;
    this.#world.swarm.count('marketingEdit');
    void this.#edit(person.personId, { [field]: value });
  }

  async #edit(personId: string, fields: Record<string, FieldValue>): Promise<void> {
    const end = await this.#functions.edit(personId, fields);
    if (end.kind !== 'answered' || end.result.kind !== 'updated') return;
    for (const _ of end.result.notSynced) this.#world.swarm.count('keptWithoutPlace');
  }

  /** The one some seconds before the other, whichever is first. */
  #contest(subject: Subject, { other, field, values }: OperationOf<'contest'>): void {
    const row = this.#rowOf(subject);
    const met = row && this.#otherRow(subject, row.type, other)?.other;
    if (met === undefined) return;
    const [first, second] = this.#world.dice.chance(0.5) ? [subject, met] : [met, subject];
    this.#marketingEdit(first, field, values[0] ?? null);
    this.#world.timeline.after(8000, () => this.#marketingEdit(second, field, values[1] ?? null));
    this.#world.swarm.count('contested');
  }

  #swapEmails(subject: Subject, { other, side }: OperationOf<'swapEmails'>): void {
    const row = this.#rowOf(subject);
    const met = row && this.#otherRow(subject, row.type, other)?.other;
    if (met === undefined) return;
    const [own, others] = [subject, met].map((each) => this.#personOf(each)?.fields.Email ?? null);
    const edit = (whose: Subject, email: FieldValue = null) =>
      side === 'sales' ? this.#salesEdit(whose, 'Email', email) : this.#marketingEdit(whose, 'Email', email);
    edit(subject, others);
    this.#world.timeline.after(this.#world.dice.between(1, 8000), () => edit(met, own));
    this.#world.swarm.count('emailEdited');
  }

  #create(subject: Subject, { sync, times }: Extract<Operation, { kind: 'create' }>): void {
    const at = this.#subjects.indexOf(subject);
    const fields = { Email: subject.email, LastName: `Last${at}`, Company: `Company${at}` };
    for (let time = 0; time < times; time += 1) {
      const later = this.#world.dice.between(0, 300);
      this.#world.timeline.after(later, () => void this.#createOnce(subject, fields, sync));
    }
    if (times > 1) this.#world.swarm.count('createdAtOnce');
  }

  async #createOnce(subject: Subject, fields: Record<string, FieldValue>, sync: boolean): Promise<void> {
    const unchanged = { kind: 'unchanged' } as const;
    const end = await (sync ? this.#functions.createAndSync(fields, unchanged) : this.#functions.create(fields));
    if (end.kind === 'answered' && 'person' in end.result) subject.personId ??= end.result.person.personId;
    else
      subject.personId ??=
        this.#world.stores.all().find(({ fields }) => fields.Email === subject.email)?.personId ?? null;
  }

  #sync(subject: Subject): void {
    const person = this.#personOf(subject);
    if (person === undefined) return;
    this.#world.swarm.count('syncPerson');
    void this.#functions.sync(person.personId, { kind: 'unchanged' });
  }

  #delete(subject: Subject): void {
    const row = this.#rowOf(subject);
    if (row === undefined) return;
    const { status } = this.#world.asAdmin('DELETE', `/sobjects/${row.type}/${row.id}`);
    if (status < 300) this.#world.swarm.count('rowDeleted');
  }

  #undelete(subject: Subject): void {
    const gone = [subject.lostRowId, this.#rowOf(subject)?.id ?? null].flatMap((id) => id ?? []);
    for (const id of gone) {
      const { status } = this.#world.asAdmin('POST', '/_org/undelete', { id });
      if (status !== 200) continue;
      this.#world.swarm.count('rowUndeleted');
      if (id === subject.lostRowId) this.#world.swarm.count('mergeUndone');
      subject.rowId = id;
      subject.lostRowId = null;
      return;
    }
  }

  #hardDelete(subject: Subject): void {
    const row = this.#rowOf(subject);
    if (row === undefined) return;
    const { status } = this.#world.asAdmin('POST', '/_org/hard-delete', { id: row.id });
    if (status === 200) this.#world.swarm.count('rowHardDeleted');
  }

  /** From now on both are one human in the org, and sales works with the winner's row. */
  #merge(subject: Subject, choice: number): void {
    const row = this.#rowOf(subject);
    const winner = row && this.#otherRow(subject, row.type, choice);
    if (row === undefined || winner === undefined) return;
    const wish = { object: row.type, masterId: winner.row.id, loserIds: [row.id] };
    const { status } = this.#world.asAdmin('POST', '/_org/merge', wish);
    if (status !== 200) return;
    this.#world.swarm.count('rowsMerged');
    if (this.#subjects.some((each) => each !== winner.other && each.rowId === row.id && each.lostRowId !== null)) {
      this.#world.swarm.count('chainMerged');
    }
    this.#becomes(row.id, winner.row.id);
  }

  /** Whoever was the one row is the other now. */
  #becomes(goneId: string, rowId: string): void {
    for (const each of this.#subjects) {
      if (this.#rowOf(each)?.id !== goneId) continue;
      each.lostRowId = goneId.startsWith(rowId.slice(0, 3)) ? goneId : null;
      each.personId ??= this.#personOf(each)?.personId ?? null;
      each.rowId = rowId;
    }
  }

  #convert(subject: Subject): void {
    const row = this.#rowOf(subject);
    if (row?.type !== 'Lead') return;
    const { status, body } = this.#world.asAdmin('POST', '/_org/convert', { leadId: row.id });
    if (status !== 200) return;
    this.#world.swarm.count('leadConverted');
    this.#becomes(row.id, (body as { contactId: string }).contactId);
  }

  #convertInto(subject: Subject, choice: number): void {
    const row = this.#rowOf(subject);
    const contact = this.#otherRow(subject, 'Contact', choice)?.row;
    if (row?.type !== 'Lead' || contact === undefined) return;
    const { status } = this.#world.asAdmin('POST', '/_org/convert', { leadId: row.id, contactId: contact.id });
    if (status !== 200) return;
    this.#world.swarm.count('leadConvertedInto');
    this.#becomes(row.id, contact.id);
  }

  /** Not before the first poll came through: what is deleted for good before it is asked of for one day only. */
  #goDark(minutes: number): void {
    if (['Lead', 'Contact'].some((type) => this.#world.stores.peekFeed(type as RowName['type']) === undefined)) return;
    this.#world.pausePolls(minutes * 60_000);
    this.#world.swarm.count('outage');
  }
}

function rowName(id: string): RowName {
  return { id, type: id.startsWith('00Q') ? 'Lead' : 'Contact' };
}
