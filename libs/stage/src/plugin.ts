import { createRequire, registerHooks, type ModuleHooks } from 'node:module';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MinchatError } from '@minchat/errors';
import type { StageDefinition } from './define.ts';

export interface PluginChoice {
  /** The service's own package. */
  defaultPlugin: string;
  /** STAGE_PLUGIN. */
  configured: string | undefined;
  /** STAGE_PLUGINS: what else jobs may ask for. */
  allowed: readonly string[];
}

/**
 * Whether a message may name what is loaded: the package `own`, a subpath of it, or what the operator allowed. It
 * must not make a worker load just any code.
 */
export function mayName(name: string, own: string, allowed: readonly string[]): boolean {
  return name === own || (name.startsWith(`${own}/`) && !name.split('/').includes('..')) || allowed.includes(name);
}

/** The plugin that a job runs with. Throws MC_PLUGIN_UNKNOWN for one that it may not ask for. */
export function choosePlugin({ defaultPlugin, configured, allowed }: PluginChoice, wanted: string): string {
  if (wanted === '') return configured ?? defaultPlugin;
  if (wanted === configured || mayName(wanted, defaultPlugin, allowed)) return wanted;
  const known = [configured, defaultPlugin, `${defaultPlugin}/...`, ...allowed].filter((name) => name !== undefined);
  throw new MinchatError('MC_PLUGIN_UNKNOWN', `expected one of ${known.join(', ')}, found ${wanted}`, { hint: `Add ${wanted} to STAGE_PLUGINS of the service, or correct the spec.` });
}

/** The URL of a plugin: a package or subpath of one, or a path (from the working folder). */
export async function resolvePlugin(name: string): Promise<string> {
  if (name.startsWith('file:')) return name;
  if (name.startsWith('.') || name.startsWith('/')) {
    const path = resolve(name);
    const found = await stat(path).catch(() => undefined);
    if (!found) throw unknown(name, `no file ${path}`);
    if (!found.isDirectory()) return pathToFileURL(path).href;
    try {
      return pathToFileURL(createRequire(join(path, 'x.js')).resolve(path)).href;
    } catch {
      throw unknown(name, `${path} is a folder without index.js, and without a package.json whose "main" names another file`);
    }
  }
  // From here (where all packages of a workspace or image are), from the service, from the working folder.
  const attempts = [
    () => import.meta.resolve(name),
    () => pathToFileURL(createRequire(resolve(process.argv[1] ?? 'x.js')).resolve(name)).href,
    () => pathToFileURL(createRequire(resolve('x.js')).resolve(name)).href,
  ];
  let reason = '';
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch (error) {
      reason ||= (error as Error).message;
    }
  }
  throw unknown(name, reason);
}

function unknown(name: string, reason: string, cause?: unknown): MinchatError {
  return new MinchatError('MC_PLUGIN_UNKNOWN', `expected a plugin at ${name}, found none: ${reason}`, { cause });
}

let lent: ModuleHooks | undefined;

/** From now on a package that a module imports is looked for where the module lies and then here: a plugin may lie anywhere. */
function lendPackages(): void {
  lent ??= registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const isPackage = !/^[./]|^\w+:/.test(specifier);
        if (!isPackage || (error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
        try {
          return next(specifier, { ...context, parentURL: import.meta.url });
        } catch {
          throw error;
        }
      }
    },
  });
}

/** What the module at `url` exports as default; `name` is what it was asked for as. Throws MC_PLUGIN_UNKNOWN; MC_PLUGIN_INVALID where it is none. */
export async function loadDefault<T>(name: string, url: string, is: (value: unknown) => value is T, maker: string): Promise<T> {
  lendPackages();
  let loaded: { default?: unknown };
  try {
    loaded = (await import(url)) as { default?: unknown };
  } catch (error) {
    throw unknown(name, (error as Error).message, error);
  }
  if (!is(loaded.default)) {
    throw new MinchatError('MC_PLUGIN_INVALID', `${name}: expected a default export made with ${maker}(), found ${loaded.default === undefined ? 'none' : 'something else'}`);
  }
  return loaded.default;
}

/** Loads the stage that a module exports as default. Throws MC_PLUGIN_UNKNOWN, MC_PLUGIN_INVALID. */
export async function loadStage(name: string, url: string): Promise<StageDefinition> {
  return loadDefault(name, url, isStage, 'defineStage');
}

function isStage(value: unknown): value is StageDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, settings, inputs, outputs, run } = value as Partial<Record<keyof StageDefinition, unknown>>;
  return (
    typeof kind === 'string' &&
    typeof run === 'function' &&
    typeof (settings as { safeParse?: unknown } | undefined)?.safeParse === 'function' &&
    typeof inputs === 'object' && inputs !== null &&
    typeof outputs === 'object' && outputs !== null
  );
}
