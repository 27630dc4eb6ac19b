import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from 'commander';
import { root, userPath } from '../paths.ts';
import { outputOf } from './common.ts';

export function addParity(program: Command): void {
  program
    .command('parity')
    .argument('<dir>', 'a folder of reference numbers: models with their logits, losses and gradients (libs/model/reference)')
    .description('Compare the model code with reference numbers, and print the largest difference per file.')
    .option('--backend <name>', 'cpu, wasm, webgpu, tensorflow or native; MINCHAT_BACKEND or the best unless told')
    .action(async (dir: string, options: { backend?: string }, command: Command) => {
      const args = [userPath(dir), ...(options.backend === undefined ? [] : ['--backend', options.backend]), ...(outputOf(command).json ? ['--json'] : [])];
      const child = spawn(process.execPath, [join(root, 'libs/model/src/parity-main.ts'), ...args], { stdio: 'inherit' });
      const [code] = (await once(child, 'exit')) as [number | null];
      process.exitCode = code ?? 70;
    });
}
