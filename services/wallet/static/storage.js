// IndexedDB, one act at a time: what an act asked for is done when it ends, and nothing stays open behind it.

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** A database with these stores, each a name and the path of its key; gives what runs one act on one store. */
export function storage(name, version, stores) {
  return async (store, mode, act) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => {
      const database = opening.result;
      for (const [made, keyPath] of stores) {
        if (!database.objectStoreNames.contains(made)) database.createObjectStore(made, { keyPath });
      }
    };
    const database = await settled(opening);
    try {
      const transaction = database.transaction(store, mode);
      const result = await settled(act(transaction.objectStore(store)));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      return result;
    } finally {
      database.close();
    }
  };
}
