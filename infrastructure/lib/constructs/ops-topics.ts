import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'

/** Three ways to be told: at once, today, this week. One key for all of them. */
export class OpsTopics extends Construct {
  readonly p1: ITopic
  readonly p2: ITopic
  readonly p3: ITopic

  constructor(scope: Construct, id: string, { email }: { readonly email: string }) {
    super(scope, id)
    const key = new Key(this, 'Key', {
      description: 'bp: messages of alarms',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    // With the key of AWS itself alarms would fail silently: its policy cannot let CloudWatch in.
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    const topic = (tier: 'p1' | 'p2' | 'p3'): ITopic => {
      const made = new Topic(this, tier, {
        topicName: names.topics[tier],
        masterKey: key,
        enforceSSL: true,
      })
      made.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
          actions: ['sns:Publish'],
          resources: [made.topicArn],
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
        }),
      )
      made.addSubscription(new EmailSubscription(email))
      return made
    }
    this.p1 = topic('p1')
    this.p2 = topic('p2')
    this.p3 = topic('p3')
  }
}
