import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStage } from '@minchat/stage';
import { startBackend } from '@minchat/model';
import { evaluate, metricsOf } from './evaluate.ts';
import { renderPage } from './page/page.ts';
import { evaluateSettings } from './settings.ts';

/**
 * The evaluation (InstructGPT 3.6 and 4): the policy against the SFT model on held-out prompts, by the
 * reward functions where the settings name some, by the gold judge where the prompts are of the
 * quickstart's world, else by the reward model; KL to the SFT
 * model, length, variety, unfinished answers, perplexity of the base text; and how far the reward model
 * can be trusted.
 *
 * Metrics: winRate, winRateLow, winRateHigh, kl, rewardSft, rewardPolicy, functionsSft, functionsPolicy, goldSft, goldPolicy,
 * lengthSft, lengthPolicy, finishedSft, finishedPolicy, distinct2Sft, distinct2Policy, perplexityBase,
 * perplexitySft, perplexityPolicy, rewardAccuracy, rewardAccuracyLow, rewardAccuracyHigh, noiseCeiling, accuracyOfCeiling, calibrationError,
 * each where it can be had. The outputs are report.json and report.html.
 */
export const evaluateStage = defineStage({
  kind: 'evaluate',
  description: 'Measures the policy against the SFT model, and writes the report.',
  settings: evaluateSettings,
  inputs: {
    sft: { kind: 'model', description: 'the SFT model' },
    policy: { kind: 'model', description: 'the model to judge' },
    reward: { kind: 'reward-model', optional: true, description: 'the reward model; without one `rewardFunctions` judge' },
    prompts: { kind: 'dataset', description: 'held-out prompts: the test split, else validation' },
    base: { kind: 'model', optional: true, description: 'the base model, for its loss curve and perplexity' },
    corpus: { kind: 'dataset', optional: true, description: 'raw text, for perplexity' },
    comparisons: { kind: 'dataset', optional: true, description: 'rankings, for the reward model’s accuracy and calibration' },
  },
  outputs: { report: { kind: 'report', description: 'report.json and report.html' } },
  async run(context) {
    context.log.info(await startBackend(), 'backend');
    const report = await evaluate(context);
    const folder = context.output('report');
    await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(join(folder, 'report.html'), await renderPage(report));
    return metricsOf(report);
  },
});
