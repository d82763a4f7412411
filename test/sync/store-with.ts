import type { PersonStore } from '../../lib/sync/ports/person-store.ts';

/** The store, but for some of its methods. */
export function storeWith(store: PersonStore, over: Partial<PersonStore>): PersonStore {
  return new Proxy(store, {
    get: (target, name) => {
      const owner = Reflect.has(over, name) ? over : target;
      const method: unknown = Reflect.get(owner, name);
      return typeof method === 'function' ? method.bind(owner) : method;
    },
  });
}
