import { artifactKindOf, stageKind, type InputPort, type PortType, type StageKind } from './kinds.ts';
import type { SpecSource } from './source.ts';
import { suggest } from './suggest.ts';

/** Where an input comes from: an output of a stage of this run or of another, or an artifact that exists. */
export type InputRef =
  | { readonly stage: string; readonly output: string }
  | { readonly artifact: string; readonly kind: string }
  | OtherRunsOutput;

/** The coordinator, which knows the runs, puts the artifact in its place. */
export interface OtherRunsOutput {
  readonly run: string;
  readonly from: string;
  readonly output: string;
  /** What the input takes; undefined for one that only its implementation knows. */
  readonly type: PortType | undefined;
}

interface Outline {
  readonly name: string;
  readonly kind: StageKind;
  readonly plugin: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

export function formatInputRef(ref: InputRef): string {
  if ('artifact' in ref) return `artifact:${ref.artifact}`;
  return 'run' in ref ? `${ref.run}/${ref.from}.${ref.output}` : `${ref.stage}.${ref.output}`;
}

/**
 * Wires the inputs of stage `index`: what the spec gives (null leaves an input open), else the
 * nearest earlier stage that makes what the kind's table asks for. A stage with a plugin of its
 * own may name further inputs and leave required ones open: its implementation checks them.
 */
export function wireStage(
  source: SpecSource,
  outline: readonly Outline[],
  index: number,
  given: Readonly<Record<string, string | null>>,
): { inputs: Record<string, InputRef>; openInputs: string[] } {
  const stage = outline[index];
  if (stage === undefined) throw new RangeError(`no stage ${index}`);
  const ports = stageKind(stage.kind).inputs;
  const inputs: Record<string, InputRef> = {};
  const openInputs: string[] = [];
  const mayStayOpen = (port: InputPort | undefined): boolean =>
    port?.optional === true || stage.plugin !== undefined || (port?.optionalWith !== undefined && Object.hasOwn(stage.settings, port.optionalWith));

  for (const [name, text] of Object.entries(given)) {
    const path = ['stages', stage.name, 'inputs', name];
    const port = Object.hasOwn(ports, name) ? ports[name] : undefined;
    if (port === undefined && stage.plugin === undefined) {
      source.atKey(path, `a ${stage.kind} stage takes no input "${name}"${suggest(name, Object.keys(ports))}`);
    } else if (text !== null) {
      const ref = readRef(source, path, text, port?.type, outline);
      if (ref !== undefined) inputs[name] = ref;
    } else if (mayStayOpen(port)) {
      openInputs.push(name);
    } else {
      source.atValue(path, `a stage of kind ${stage.kind} needs its input "${name}"`);
    }
  }

  for (const [name, port] of Object.entries(ports)) {
    if (Object.hasOwn(given, name)) continue;
    const maker = outline
      .slice(0, index)
      .toReversed()
      .flatMap(({ name: stageName, kind }) => {
        const found = port.from.find((ref) => ref.startsWith(`${kind}.`));
        return found === undefined ? [] : [{ stage: stageName, output: found.slice(kind.length + 1) }];
      })[0];
    if (maker !== undefined) inputs[name] = maker;
    else if (mayStayOpen(port)) openInputs.push(name);
    else {
      source.atKey(
        ['stages', stage.name],
        `a stage of kind ${stage.kind} needs "${name}", and no stage before it makes one (expected ${port.from.join(' or ')}, ${port.optionalWith === undefined ? '' : `the setting ${port.optionalWith}, `}or \`inputs: { ${name}: ... }\`)`,
      );
    }
  }
  return { inputs, openInputs };
}

const artifactRef = /^artifact:(sha256:[0-9a-f]{64})$/;
const otherRunsRef = /^([a-z0-9][a-z0-9_-]{0,63})\/([a-z][a-z0-9-]*)\.(\w+)$/;

function readRef(source: SpecSource, path: string[], text: string, type: PortType | undefined, outline: readonly Outline[]): InputRef | undefined {
  const artifact = artifactRef.exec(text)?.[1];
  if (artifact !== undefined) return { artifact, kind: type === undefined ? 'file' : artifactKindOf(type) };
  if (text.startsWith('artifact:')) {
    source.atValue(path, `expected artifact:sha256: and 64 hex digits, found "${text}"`);
    return undefined;
  }
  const [, run, from = '', theirs = ''] = otherRunsRef.exec(text) ?? [];
  if (run !== undefined) return { run, from, output: theirs, type };
  const [stageName = '', output, ...rest] = text.split('.');
  if (output === undefined || rest.length > 0 || text.includes('/')) {
    source.atValue(path, `expected STAGE.OUTPUT, RUN/STAGE.OUTPUT or artifact:sha256:..., found "${text}"`);
    return undefined;
  }
  const maker = outline.find(({ name }) => name === stageName);
  if (maker === undefined) {
    source.atValue(path, `"${text}" names no stage of this run${suggest(stageName, outline.map(({ name }) => name))}`);
    return undefined;
  }
  const outputs = stageKind(maker.kind).outputs;
  const made = Object.hasOwn(outputs, output) ? outputs[output] : undefined;
  if (made === undefined && maker.plugin === undefined) {
    source.atValue(path, `stage ${stageName} (${maker.kind}) makes no "${output}"${suggest(output, Object.keys(outputs))}`);
    return undefined;
  }
  if (made !== undefined && type !== undefined && made !== type) {
    source.atValue(path, `expected a ${type}, found ${text}, a ${made}`);
    return undefined;
  }
  return { stage: stageName, output };
}

/** The names of stages that take each other's outputs in a circle, or undefined when there are none. */
export function findCycle(stages: readonly { name: string; inputs: Readonly<Record<string, InputRef>> }[]): string[] | undefined {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(name)) return trail.slice(trail.indexOf(name));
    if (done.has(name)) return undefined;
    for (const ref of Object.values(byName.get(name)?.inputs ?? {})) {
      const found = 'stage' in ref ? visit(ref.stage, [...trail, name]) : undefined;
      if (found !== undefined) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of stages) {
    const found = visit(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
