/**
 * Two zones a region: both offer g4dn, g5 and g6 machines, the templates of fleets.
 * Written down, not looked up, so that a synth needs no account. Zone letters are mapped per account by AWS; whoever
 * finds no GPU type in one of these sets `zones` in the configuration.
 */
export const regionZones: Readonly<Record<string, readonly [string, string]>> = {
  'us-east-1': ['us-east-1b', 'us-east-1c'],
  'us-east-2': ['us-east-2a', 'us-east-2b'],
  'us-west-2': ['us-west-2a', 'us-west-2b'],
  'eu-central-1': ['eu-central-1a', 'eu-central-1b'],
  'eu-west-1': ['eu-west-1a', 'eu-west-1b'],
  'eu-west-2': ['eu-west-2a', 'eu-west-2b'],
  'ap-northeast-1': ['ap-northeast-1a', 'ap-northeast-1c'],
}
