// npm run bench: how fast training and generation are, alone or beside PyTorch.
import { startBackend } from '@minchat/model';
import { compare } from './compare.ts';
import { measureGeneration, measurePeak, measureTraining } from './measure.ts';
import { readArguments, usage } from './options.ts';
import { serveBench } from './serve.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.argv[2] === 'serve') return serveBench(process.argv.slice(3));
  const { what, options, backend, json, rounds, only } = readArguments(process.argv.slice(2));
  if (what === 'compare') {
    const results = compare(rounds, only, json ? () => undefined : say, backend, options.threads);
    if (json) say(JSON.stringify(results ?? { leftOut: 'PyTorch is not here' }));
    return;
  }
  if (what !== 'train' && what !== 'generate') {
    say(usage);
    process.exitCode = what === 'help' ? 0 : 64;
    return;
  }
  process.env['MINCHAT_THREADS'] ??= String(options.threads);
  const started = await startBackend(backend);
  const { seconds, tokens, flops, parameters } = await (what === 'train' ? measureTraining : measureGeneration)(options);
  const peak = await measurePeak();
  const result = {
    what,
    backend: started.name,
    seconds: Number(seconds.toPrecision(4)),
    tokens_per_second: Math.round(tokens / seconds),
    flops_per_second: Math.round(flops / seconds),
    // Of the fastest product that this backend makes here.
    share_of_peak: Number((flops / seconds / peak).toPrecision(3)),
    peak_flops_per_second: Math.round(peak),
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    parameters,
    ...options,
  };
  if (json) say(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(24)}${value}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 64;
}
