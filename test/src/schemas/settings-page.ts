import { discriminator, rangeOf, type Schema } from '@minchat/config/stage-settings';

/** docs/settings.md, made from the schemas of the stages and of our other implementations of them. */
export function settingsPage(kinds: Readonly<Record<string, Schema>>, plugins: Readonly<Record<string, Schema>>): string {
  const sections = (schemas: Readonly<Record<string, Schema>>): string[] => Object.entries(schemas).map(([name, schema]) => `## \`${name}\`\n\n${section(schema)}`);
  return `# Settings

What stands under \`settings\` of a stage in a [run's spec](runs.md), and as \`--set STAGE.SETTING=VALUE\` on the command line. A setting within another is written \`outer.inner\` here, of the first in a list \`list.0.inner\`. What they do to the training: [training](training.md).

${[...sections(kinds), ...sections(plugins)].join('\n\n')}

This page is made from the schemas that stages are written with: \`node test/src/schemas/stage-settings.ts\`.
`;
}

/** One table, or one for each variant. */
function section(schema: Schema): string {
  const variants = schema.oneOf ?? schema.anyOf;
  const key = variants && discriminator(variants);
  if (variants === undefined || key === undefined) return table(schema);
  return variants.map((variant) => `### \`${key}: ${String(variant.properties?.[key]?.const)}\`\n\n${table(variant)}`).join('\n\n');
}

function table(schema: Schema): string {
  const lines = rows(schema, '');
  return lines.length === 0 ? 'No further settings.' : `| setting | default | values | |\n|---|---|---|---|\n${lines.join('\n')}`;
}

function rows(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const choices = property.oneOf ?? property.anyOf;
    const key = choices && discriminator(choices);
    if (choices !== undefined && key !== undefined) return [row(path, property, choices.map(({ properties }) => `\`${key}: ${String(properties?.[key]?.const)}\``).join(' or '), choiceOf(property, key)), ...choices.flatMap((choice) => variantRows(choice, path, key))];
    if (property.properties !== undefined) return [row(path, property, ''), ...rows(property, `${path}.`)];
    if (property.items?.properties !== undefined) return [row(path, property, 'list of what follows'), ...rows(property.items, `${path}.0.`)];
    // What tells the variants apart stands above them.
    if (prefix === '' && property.const !== undefined) return [];
    const needed = schema.required?.includes(name) === true;
    return [row(path, property, allowed(property), needed ? 'none: it must be told' : undefined)];
  });
}

function variantRows(variant: Schema, path: string, key: string): string[] {
  const { [key]: which, ...properties } = variant.properties ?? {};
  const inner = rows({ ...variant, properties }, `${path}.`);
  return inner.map((line) => line.replace(/ \|$/, ` (\`${key}: ${String(which?.const)}\`) |`));
}

function row(path: string, { default: value, description = '' }: Schema, values: string, byDefault = shown(value)): string {
  return `| \`${path}\` | ${byDefault} | ${values} | ${description} |`;
}

/** Which of several variants it is unless told. */
function choiceOf({ default: value }: Schema, key: string): string {
  return `\`${key}: ${String((value as Record<string, unknown> | undefined)?.[key])}\``;
}

/** An object's default is that of its parts. */
function shown(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return '';
  return `\`${typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-2 ? value.toExponential() : JSON.stringify(value)}\``;
}

const words: Readonly<Record<string, string>> = { boolean: 'true or false', string: 'text' };

/** `whole number at least 1`, `true or false`, `text`. */
function allowed(schema: Schema): string {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return variants.map(allowed).join(', or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  return [schema.type ?? []].flat().map((type) => {
    if (type === 'integer' || type === 'number') return [type === 'integer' ? 'whole number' : 'number', rangeOf(schema)].filter((part) => part !== '').join(' ');
    if (type === 'array') return `list of: ${allowed(schema.items ?? {})}`;
    return words[type] ?? type;
  }).join(' or ');
}
