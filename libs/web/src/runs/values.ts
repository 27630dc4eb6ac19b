/** The values of settings by their paths (`kl.beta`), as text. */
export function valuesOf(settings: unknown, path = ''): Record<string, string> {
  if (settings === undefined) return {};
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return { [path]: typeof settings === 'string' ? settings : JSON.stringify(settings) };
  return Object.assign({}, ...Object.entries(settings).map(([name, value]) => valuesOf(value, path === '' ? name : `${path}.${name}`))) as Record<string, string>;
}
