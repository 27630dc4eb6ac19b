import { runStageService } from '@minchat/stage';

await runStageService({ service: 'reward-trainer', kinds: ['reward'], defaultPlugin: '@minchat/reward-trainer' });
