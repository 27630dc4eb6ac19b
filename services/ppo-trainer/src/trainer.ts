import { setImmediate } from 'node:timers/promises';
import { learningRate, Random, saveModel, startBackend, type Model, type ScoreNormalisation } from '@minchat/model';
import type { Metrics, StageContext } from '@minchat/stage';
import { loadTokenizer, type Tokenizer } from '@minchat/tokenizer';
import {
  chooseLast,
  copyTokenizer,
  jsonPart,
  keepBest,
  writeHistory,
  type BestModel,
  type HistoryEntry,
  type Saveable,
  type StepResult,
  type TrainingResult,
} from '@minchat/training';
import type { z } from 'zod';
import { openActor, type Actor } from './actor.ts';
import type { Episode, PassOptions } from './episodes.ts';
import { evaluatePolicy } from './evaluation.ts';
import { collect, type Experience } from './experience.ts';
import { guard, type GuardSettings, type GuardState } from './guard.ts';
import { loadPrompts, promptSchedule, type Prompt } from './prompts.ts';
import { Reward } from './reward.ts';
import { sampleEpisodes } from './rollout.ts';
import type { optimizerSettings, RewardSettings, rolloutSettings, selectionSettings } from './settings.ts';

type Of<T extends z.ZodRawShape> = z.output<z.ZodObject<T>>;

/** What every algorithm that samples answers and has them scored is told. */
export interface OnlineSettings
  extends Of<typeof rolloutSettings>, RewardSettings, Of<typeof optimizerSettings>, Of<typeof selectionSettings> {
  readonly guard: GuardSettings;
}

type Context = StageContext<OnlineSettings, 'model' | 'reward' | 'prompts'>;

/** What PPO, RLOO and GRPO share: models, prompts, rollouts, rewards, evaluation, the choice of what is saved. */
export class OnlineTrainer implements Disposable {
  readonly context: Context;
  readonly tokenizer: Tokenizer;
  readonly actor: Actor;
  /** For passes without gradient. */
  readonly pass: PassOptions;
  /** All randomness; forked by label, so that it needs no place in a checkpoint. */
  readonly random: Random;
  readonly reward: Reward;
  private readonly prompts: readonly Prompt[];
  private readonly validation: readonly Prompt[];
  /** With `keep: best`, see settings.ts. */
  private readonly best: BestModel | undefined;
  private guardState: GuardState = {};
  /** Stops rollouts at once where nothing can be saved any more; otherwise the iteration is ended and saved. */
  private readonly hardStop: AbortSignal;

  private constructor(
    context: Context,
    opened: { tokenizer: Tokenizer; actor: Actor; reward: Reward; hardStop: AbortSignal; prompts: readonly Prompt[]; validation: readonly Prompt[] },
  ) {
    const { settings } = context;
    this.context = context;
    this.tokenizer = opened.tokenizer;
    this.actor = opened.actor;
    this.reward = opened.reward;
    this.prompts = opened.prompts;
    this.validation = opened.validation.slice(0, settings.evaluationPrompts);
    this.pass = { pad: opened.tokenizer.endOfText, rows: settings.rolloutBatchSize };
    this.random = new Random(context.seed);
    this.best = settings.keep === 'best' && this.validation.length > 0 ? keepBest(opened.actor.policy) : undefined;
    this.hardStop = opened.hardStop;
  }

  static async open(context: Context): Promise<OnlineTrainer> {
    const { settings } = context;
    context.log.info(await startBackend(), 'backend');
    const folder = context.input('model');
    const tokenizer = await loadTokenizer(folder);
    const hardStop = leaseLost(context.signal);
    const reward = await Reward.open(context, tokenizer, hardStop);
    const actor = await openActor(folder, settings);
    const room = { context: Math.min(actor.policy.shape.context, reward.model?.shape.context ?? Infinity), maxNewTokens: settings.maxNewTokens, log: context.log };
    const prompts = await loadPrompts(context.input('prompts'), 'train', tokenizer, room);
    const validation = await loadPrompts(context.input('prompts'), 'validation', tokenizer, room);
    if (validation.length === 0 && settings.keep === 'best' && settings.evaluationPrompts > 0) {
      context.log.warn('prompts: expected some in the validation split to choose the weights by, found none: the last are kept');
    }
    return new OnlineTrainer(context, { tokenizer, actor, reward, hardStop, prompts, validation });
  }

  /** What a checkpoint holds, but for what the algorithm adds. */
  get parts(): Record<string, Saveable> {
    return {
      ...this.actor.parts,
      ...this.best?.parts,
      normalisation: jsonPart(() => this.reward.normalisation, (value) => (this.reward.normalisation = value)),
      guard: jsonPart(() => this.guardState, (value) => (this.guardState = value)),
    };
  }

  schedule(batchSize: number): ReturnType<typeof promptSchedule> {
    return promptSchedule(this.prompts, batchSize, this.context.seed);
  }

  learningRate(peak: number, iteration: number): number {
    return learningRate({ kind: 'constant', peak, warmup: this.context.settings.warmupIterations }, iteration);
  }

  /**
   * Before the first iteration: normalises the reward on answers of the SFT model. Returns the
   * normalisation when it has just been set, so that a value network can be brought to its scale.
   */
  async prepare(): Promise<ScoreNormalisation | undefined> {
    if (this.reward.normalisation) return undefined;
    const { normaliseOn } = this.context.settings;
    this.reward.normalisation = { mean: 0, sd: 1 };
    if (normaliseOn > 0 && this.reward.model) {
      const random = this.random.fork('normalise');
      const prompts = promptSchedule(this.prompts, normaliseOn, random.bits()).at(0);
      const episodes = await this.sample(this.actor.reference, prompts, random);
      this.context.log.info(await this.reward.normaliseOn(episodes, this.pass), 'reward normalised');
    }
    return this.reward.normalisation;
  }

  /** Rollouts of an iteration, scored. */
  async collect(prompts: readonly Prompt[], iteration: number): Promise<Experience> {
    const random = this.random.fork(`rollout-${iteration}`);
    return collect({
      sample: () => this.sample(this.actor.policy, prompts, random),
      pay: (episodes) => this.reward.pay(episodes, this.pass),
      reference: this.actor.reference,
      temperature: this.context.settings.temperature,
      pass: this.pass,
    });
  }

  /** Minibatches of episodes by index, in an order of their own for every pass over an iteration's episodes. */
  minibatches(count: number, size: number, label: string): number[][] {
    const order = this.random.fork(label).shuffle(Array.from({ length: count }, (_, index) => index));
    return Array.from({ length: Math.ceil(count / size) }, (_, index) => order.slice(index * size, (index + 1) * size));
  }

  /** Lets messages in and ends at once when the work is of no use any more. */
  async yield(): Promise<void> {
    await setImmediate();
    this.hardStop.throwIfAborted();
  }

  /** Looks whether training has gone wrong; true when it should end here. */
  watch(metrics: Record<string, number>): boolean {
    const { guard: settings } = this.context.settings;
    const messages = guard(this.guardState, settings, metrics);
    for (const message of messages) this.context.log.warn(metrics, message);
    return messages.length > 0 && settings.action === 'stop';
  }

  /** For runTraining: answers validation prompts; the weights with the highest reward are kept. */
  async evaluate(step: number): Promise<Omit<StepResult, 'tokens'>> {
    if (this.validation.length === 0) return { metrics: {} };
    const evaluation = await evaluatePolicy(this.actor.candidate, {
      ...this.context.settings,
      prompts: this.validation,
      reference: this.actor.reference,
      tokenizer: this.tokenizer,
      pay: (episodes) => this.reward.pay(episodes, this.pass),
      random: this.random.fork('evaluate'),
      signal: this.hardStop,
    });
    const { metrics, score, kl, samples } = evaluation;
    // A policy trained further scores higher and may be worse.
    if (kl <= this.context.settings.keepMaxKl) this.best?.offer(this.actor.candidate, { step, score, metrics });
    return { metrics, samples };
  }

  /** Writes the policy chosen, its tokenizer and the history; returns the job's metrics. */
  async savePolicy(folder: string, result: TrainingResult): Promise<Metrics> {
    const last = this.actor.candidate;
    const { model, metrics } = this.best?.choose(last, result) ?? chooseLast(last, result);
    const { keepMaxKl } = this.context.settings;
    if (this.best && Number(metrics['eval/kl']) > keepMaxKl) {
      this.context.log.warn(metrics, `expected an evaluation with eval/kl of at most ${keepMaxKl} (keepMaxKl), found none: the weights after the last iteration are kept`);
    }
    await saveModel(model, folder);
    await this.saveBeside(folder, result.history);
    return metrics;
  }

  /** Writes what stands beside the weights in every model folder. */
  async saveBeside(folder: string, history: readonly HistoryEntry[]): Promise<void> {
    await copyTokenizer(this.context.input('model'), folder);
    await writeHistory(folder, history);
  }

  /** Ends the use of all models. */
  [Symbol.dispose](): void {
    this.actor.dispose();
    this.best?.[Symbol.dispose]();
    this.reward[Symbol.dispose]();
  }

  private async sample(model: Model, prompts: readonly Prompt[], random: Random): Promise<Episode[]> {
    await this.yield();
    return sampleEpisodes(model, prompts, { ...this.context.settings, tokenizer: this.tokenizer, random, signal: this.hardStop });
  }
}

/** Aborts when another worker has the job. */
function leaseLost(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  signal.addEventListener('abort', () => {
    if (signal.reason === 'lease-lost') controller.abort(signal.reason);
  });
  return controller.signal;
}
