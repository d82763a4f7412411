/** The store, but for some of its methods. */
export function storeWith<Store extends object>(store: Store, over: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const owner = Reflect.has(over, name) ? over : target;
      const method: unknown = Reflect.get(owner, name);
      return typeof method === 'function' ? method.bind(owner) : method;
    },
  });
}
