import type { Step } from './step.ts'
import { appSteps } from './steps/app.ts'
import { coreSteps } from './steps/core.ts'
import { deployFailureSteps } from './steps/failures-deploy.ts'
import { fleetFailureSteps } from './steps/failures-fleet.ts'
import { scaleOutFailureSteps } from './steps/failures-scale-out.ts'
import { gpuSteps } from './steps/gpu.ts'
import { shutdownSteps } from './steps/shutdown.ts'
import { usefulSteps } from './steps/useful.ts'
import { workSteps } from './steps/work.ts'

/** The operator guide, from the first command to nothing left. */
export const allSteps: readonly Step[] = [
  ...coreSteps,
  ...appSteps,
  ...gpuSteps,
  ...workSteps,
  ...usefulSteps,
  ...fleetFailureSteps,
  ...scaleOutFailureSteps,
  ...deployFailureSteps,
  ...shutdownSteps,
]
