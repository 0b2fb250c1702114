import { RemovalPolicy } from 'aws-cdk-lib'
import { Secret, type ISecret, type SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import { accept } from './accept.ts'
import { asSecret } from './as-interface.ts'

/** The secrets of the guide, made with random values where a random value is a good one. Their values stand in no template. */
export class Secrets extends Construct {
  readonly databaseMaster: ISecret
  readonly redisAuthToken: ISecret
  readonly appKey: ISecret
  readonly oauth: ISecret
  /** Undefined where no CDN is configured. */
  readonly mediaSigningKey: ISecret | undefined

  constructor(scope: Construct, id: string, { hasCdn }: { readonly hasCdn: boolean }) {
    super(scope, id)
    const random = (
      name: string,
      secretName: string,
      description: string,
      generateSecretString: SecretStringGenerator,
    ) =>
      asSecret(
        new Secret(this, name, { secretName, description, generateSecretString, removalPolicy }),
      )
    const removalPolicy = RemovalPolicy.RETAIN

    this.databaseMaster = random('DatabaseMaster', names.secrets.databaseMaster, 'Database login', {
      secretStringTemplate: JSON.stringify({ username: 'bp' }),
      generateStringKey: 'password',
      passwordLength: 40,
      excludePunctuation: true,
    })
    this.redisAuthToken = random('RedisAuthToken', names.secrets.redisAuthToken, 'Cache login', {
      passwordLength: 64,
      excludePunctuation: true,
    })
    this.appKey = random('AppKey', names.secrets.appKey, 'Encrypts what is stored', {
      passwordLength: 64,
      excludePunctuation: true,
    })
    // No provider is offered until somebody writes one in; an absent key must not stop a task. Generated, although
    // nothing in it is random: a fixed text would be written again, over theirs, when another property changes.
    const empty = { secretStringTemplate: '{}', generateStringKey: 'unused' }
    this.oauth = random(
      'Oauth',
      names.secrets.oauth,
      'Social sign-in providers, a JSON object',
      empty,
    )
    // The private half is made by whoever made the public one; until it is brought, links lead to the bucket.
    this.mediaSigningKey = hasCdn
      ? random(
          'MediaSigningKey',
          names.secrets.mediaSigningKey,
          'Signs links to media, a PEM',
          empty,
        )
      : undefined
    const all = [this.databaseMaster, this.redisAuthToken, this.appKey, this.oauth]
    for (const secret of [...all, ...(this.mediaSigningKey ? [this.mediaSigningKey] : [])])
      accept(
        secret,
        'AwsSolutions-SMG4',
        'Tasks read it once, at their start: a rotation without a rollout would lock them out, so both are done by one command.',
      )
  }
}
