import type { Field } from './field.ts';
import { type ObjectDefinition, personIdField, standardObjects } from './standard-objects.ts';

/** What the sync user may do with a field. */
export interface FieldAccess {
  read: boolean;
  edit: boolean;
}

/** An object as one user sees it: fields by their lower-cased names. */
export interface VisibleObject {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
}

/** A user as field-level security sees one. */
export interface Viewer {
  readonly id: string;
  /** Administrators see and edit every field. */
  readonly administrator: boolean;
}

const FULL: FieldAccess = { read: true, edit: true };

/** The objects and fields of the org, and who may see and edit them. */
export class Schema {
  readonly #objects = new Map<string, ObjectDefinition>();
  readonly #access = new Map<string, FieldAccess>();
  readonly #visible = new Map<string, VisibleObject>();
  /** When anything of it changed last, in the org's time: `describe` answers 304 to who has seen this already. */
  changedAt: number;
  version = 0;
  #inOne: 'unchanged' | 'changed' | undefined;

  /** `since`: when it may have changed at the earliest, so that a new schema is never taken for an older one. */
  constructor(now: number, since = 0) {
    this.changedAt = nextSecond(now, since);
    for (const object of standardObjects) {
      const own = object.name === 'Lead' || object.name === 'Contact' ? [personIdField] : [];
      this.#objects.set(object.name.toLowerCase(), { ...object, fields: [...object.fields, ...own] });
    }
  }

  objects(): ObjectDefinition[] {
    return [...this.#objects.values()];
  }

  object(name: string): ObjectDefinition | undefined {
    return this.#objects.get(name.toLowerCase());
  }

  objectOfId(id: string): ObjectDefinition | undefined {
    return this.objects().find((object) => id.startsWith(object.keyPrefix));
  }

  field(object: string, name: string): Field | undefined {
    const wanted = name.toLowerCase();
    return this.object(object)?.fields.find((field) => field.name.toLowerCase() === wanted);
  }

  addObject(object: ObjectDefinition, now: number): void {
    this.#objects.set(object.name.toLowerCase(), object);
    this.#changed(now);
  }

  removeObject(name: string, now: number): void {
    this.#objects.delete(name.toLowerCase());
    this.#changed(now);
  }

  /** Changes fields that are there. */
  changeFields(objectName: string, change: (field: Field) => Field, now: number): void {
    const object = this.object(objectName);
    if (!object) throw new RangeError(`No object ${objectName}`);
    this.#objects.set(object.name.toLowerCase(), { ...object, fields: object.fields.map(change) });
    this.#changed(now);
  }

  addField(objectName: string, field: Field, now: number): void {
    const object = this.object(objectName);
    if (!object) throw new RangeError(`No object ${objectName}`);
    const others = object.fields.filter((known) => known.name !== field.name);
    this.#objects.set(object.name.toLowerCase(), { ...object, fields: [...others, field] });
    this.#changed(now);
  }

  removeField(objectName: string, name: string, now: number): void {
    const object = this.object(objectName);
    if (!object) return;
    const fields = object.fields.filter((field) => field.name !== name);
    this.#objects.set(object.name.toLowerCase(), { ...object, fields });
    this.#access.delete(accessKey(object.name, name));
    this.#changed(now);
  }

  setAccess(object: string, field: string, { access, now }: { access: FieldAccess; now: number }): void {
    this.#access.set(accessKey(object, field), access);
    this.#changed(now);
  }

  access(viewer: Viewer, object: string, field: Field): FieldAccess {
    if (viewer.administrator || field.alwaysVisible) return FULL;
    return this.#access.get(accessKey(object, field.name)) ?? FULL;
  }

  /** The object with the fields that the viewer may read: what a hidden field does not exist for. */
  visible(viewer: Viewer, name: string): VisibleObject | undefined {
    const key = `${viewer.administrator}:${name.toLowerCase()}`;
    const known = this.#visible.get(key);
    if (known) return known;
    const object = this.object(name);
    if (!object) return undefined;
    const readable = object.fields.filter((field) => this.access(viewer, object.name, field).read);
    const view = {
      name: object.name,
      fields: new Map(readable.map((field) => [field.name.toLowerCase(), field] as const)),
    };
    this.#visible.set(key, view);
    return view;
  }

  /** All changes that `work` makes have one stamp: a client cannot look in between. */
  asOne<T>(work: () => T): T {
    if (this.#inOne !== undefined) return work();
    this.#inOne = 'unchanged';
    try {
      return work();
    } finally {
      this.#inOne = undefined;
    }
  }

  #changed(now: number): void {
    if (this.#inOne !== 'changed') this.changedAt = nextSecond(now, this.changedAt);
    if (this.#inOne !== undefined) this.#inOne = 'changed';
    this.version += 1;
    this.#visible.clear();
  }
}

/** Clients compare whole seconds: two changes never share one. */
function nextSecond(now: number, previous: number): number {
  return Math.max(Math.ceil(now / 1000) * 1000, previous + 1000);
}

function accessKey(object: string, field: string): string {
  return `${object}.${field}`.toLowerCase();
}
