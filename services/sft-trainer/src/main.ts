import { runStageService } from '@minchat/stage';

await runStageService({ service: 'sft-trainer', kinds: ['sft'], defaultPlugin: '@minchat/sft-trainer' });
