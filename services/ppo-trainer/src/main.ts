import { runStageService } from '@minchat/stage';

await runStageService({ service: 'ppo-trainer', kinds: ['ppo'], defaultPlugin: '@minchat/ppo-trainer' });
