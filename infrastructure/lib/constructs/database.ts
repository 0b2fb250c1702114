import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { InstanceType, type ISubnet } from 'aws-cdk-lib/aws-ec2'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  MariaDbEngineVersion,
  ParameterGroup,
  StorageType,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Shape } from '../config/shapes.ts'
import { accept } from './accept.ts'
import { ports, type SharedNetwork } from './shared-network.ts'

export interface DatabaseProps {
  readonly network: SharedNetwork
  readonly subnets: readonly ISubnet[]
  readonly size: Shape['database']
  readonly credentials: ISecret
}

/** The one truth of bp: MariaDB, in subnets without a way out, never replaced and never deleted by a deploy. */
export class Database extends Construct {
  readonly host: string

  constructor(
    scope: Construct,
    id: string,
    { network, subnets, size, credentials }: DatabaseProps,
  ) {
    super(scope, id)
    const engine = DatabaseInstanceEngine.mariaDb({ version: MariaDbEngineVersion.VER_11_8_6 })
    const exported = ['error', 'slowquery']
    const logs = exported.map(
      name =>
        // Made here, before RDS makes it for ever.
        new LogGroup(this, `Log-${name}`, {
          logGroupName: `/aws/rds/instance/${names.database}/${name}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
    )
    const instance = new DatabaseInstance(this, 'Instance', {
      instanceIdentifier: names.database,
      databaseName: 'bp',
      engine,
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine,
        description: 'bp: utf8mb4, READ-COMMITTED, TLS only, row binlog',
        parameters: {
          character_set_server: 'utf8mb4',
          collation_server: 'utf8mb4_unicode_ci',
          // A queue under REPEATABLE-READ locks gaps, and takers of neighbouring jobs wait for each other.
          tx_isolation: 'READ-COMMITTED',
          require_secure_transport: '1',
          binlog_format: 'ROW',
          slow_query_log: '1',
          long_query_time: '1',
        },
        removalPolicy: RemovalPolicy.RETAIN,
      }),
      instanceType: new InstanceType(size.instance),
      multiAz: size.multiZone,
      port: ports.database,
      vpc: network.vpc,
      subnetGroup: new SubnetGroup(this, 'Subnets', {
        description: 'bp: no way out',
        vpc: network.vpc,
        vpcSubnets: { subnets: [...subnets] },
        removalPolicy: RemovalPolicy.RETAIN,
      }),
      securityGroups: [network.group('database-group')],
      publiclyAccessible: false,
      credentials: Credentials.fromSecret(credentials),
      caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
      storageType: StorageType.GP3,
      storageEncrypted: true,
      allocatedStorage: size.storageGb,
      maxAllocatedStorage: size.storageGbMax,
      backupRetention: Duration.days(size.backupDays),
      preferredBackupWindow: '03:00-04:00',
      preferredMaintenanceWindow: 'sun:04:30-sun:05:30',
      autoMinorVersionUpgrade: false,
      allowMajorVersionUpgrade: false,
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: exported,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    })
    instance.node.addDependency(...logs)
    if (!size.multiZone)
      accept(
        instance,
        'AwsSolutions-RDS3',
        'The cheapest shape lives in one zone; point-in-time recovery is its way back.',
      )
    this.host = instance.dbInstanceEndpointAddress
  }
}
