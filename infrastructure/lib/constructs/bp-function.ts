import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import type { IRole } from 'aws-cdk-lib/aws-iam'
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda'
import {
  LogLevel,
  NodejsFunction,
  OutputFormat,
  type NodejsFunctionProps,
} from 'aws-cdk-lib/aws-lambda-nodejs'
import type { Construct } from 'constructs'
import { bpLogGroup } from './bp-log-group.ts'

const room = join(import.meta.dirname, '..', 'lambda')
const root = join(import.meta.dirname, '..', '..', '..')

export interface BpFunctionProps extends Pick<
  NodejsFunctionProps,
  'deadLetterQueue' | 'environment'
> {
  readonly functionName: string
  readonly description: string
  /** A file of `lib/lambda`. */
  readonly file: string
  readonly logGroupName: string
  readonly role: IRole
}

/** A function of ours: one file, the Node of the house, a minute at most, one run at a time. */
export class BpFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, { file, logGroupName, ...props }: BpFunctionProps) {
    super(scope, id, {
      ...props,
      entry: join(room, file),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout: Duration.seconds(60),
      // Two runs would only read the same and count what they do apart.
      reservedConcurrentExecutions: 1,
      logGroup: bpLogGroup(scope, `${id}Log`, logGroupName),
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        // The runtime brings a library of AWS of its own, of a version that nobody here has tested.
        externalModules: [],
        // Parts of that library still ask for `require`.
        banner:
          "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        minify: true,
        logLevel: LogLevel.WARNING,
        forceDockerBundling: false,
      },
    })
  }
}
