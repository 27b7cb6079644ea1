/** Keys as code would write them: `state`, `items`, `3`, `a b` → `state.items[3]["a b"]`. */
export function formatPath(keys: readonly string[]): string {
  return keys.reduce((path, key) => {
    if (/^\d{1,15}$/.test(key)) return `${path}[${key}]`;
    if (!/^[\w$-]{1,80}$/u.test(key)) return `${path}[${JSON.stringify(shortened(key))}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

const shortened = (key: string): string => (key.length > 80 ? `${key.slice(0, 80)}…` : key);
