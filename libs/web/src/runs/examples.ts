// The specs of examples/, taken in when the studio is built.
const files = import.meta.glob<string>('../../../../examples/*.yaml', { query: '?raw', import: 'default', eager: true });

/** Text by name: quickstart, tiny, ... */
export const examples: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.replace(/^.*\/|\.yaml$/g, ''), text]),
);
