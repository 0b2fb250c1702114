/** Every setting of the environment, by name, with what it means. `--help` prints this; nothing else is read. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export const settings = {
  BP_DATA: 'Folder of this instance: database, files, logs, secrets. Default .bp',
  BP_DATABASE_URL:
    'mariadb://user:password@host:port/name, or absent for SQLite in the data folder',
  BP_DATABASE_SOCKET: 'Unix socket of the MariaDB server, instead of host and port',
  BP_DATABASE_HOST: 'Host of the MariaDB server, when its address comes in parts',
  BP_DATABASE_PORT: 'Its port. Default 3306',
  BP_DATABASE_NAME: 'Its database. Default bp',
  BP_DATABASE_USER: 'Its user',
  BP_DATABASE_PASSWORD: 'The password of that user',
  BP_DATABASE_TLS: '1: speak TLS with the server and check who it is. Default 0',
  BP_DATABASE_CA: 'PEM file of who may vouch for the server. Default: whom this system trusts',
  BP_HOST: 'Address to listen on. Default 127.0.0.1',
  BP_PORT: 'Port to listen on. Default 4000',
  BP_PUBLIC_URL: 'How people reach bp. Default http://<host>:<port>',
  BP_HOSTS: 'Further host names with port that are served, separated by commas',
  BP_FILES_PORT: 'Port of the files origin. Default: BP_PORT + 1',
  BP_FILES_URL: 'How people reach the files origin. Default http://<host>:<files port>',
  BP_MEDIA_BUCKET: 'S3 bucket of the files; absent: they rest in the data folder',
  BP_MODELS_BUCKET: 'S3 bucket of the models',
  BP_MEDIA_HOST: 'Host of the CDN before the files; absent: files come from the bucket',
  BP_MEDIA_KEY_PAIR: 'Id of the key that the CDN knows; "none" where there is no CDN',
  BP_MEDIA_PRIVATE_KEY:
    'PEM of its private half (ECDSA P-256); absent or {}: links lead to the bucket',
  BP_REDIS_HOST: 'Redis for hints between backends; absent: each looks by itself',
  BP_REDIS_PORT: 'Its port. Default 6379',
  BP_REDIS_AUTH_TOKEN: 'Its password',
  BP_REDIS_TLS: '1: speak TLS with it. Default 0',
  BP_EFFECTS: 'Folder of built-in effects to seed',
  BP_WORKER_ENTRY: 'Program of a local worker; absent: this process starts no workers',
  BP_WORKERS_MAX: 'Most local workers at once. Default min(4, half of the cores), at least 1',
  BP_WORKER_IDLE_S: 'Seconds without work after which a local worker is ended. Default 60',
  BP_LOCAL_ANONYMOUS: '0: programs on this machine need a key as well. Default 1',
  BP_LOG_LEVEL: `One of ${logLevels.join(', ')}. Default info`,
  BP_LOG_FILE: 'File that logs are appended to, instead of standard output',
  BP_RATE_FACTOR: 'Multiplies the rate limits; 0 switches them off. Default 1',
  BP_POINTERS: 'Where desired configs of fleets rest: database or ssm. Default database',
  BP_METRICS: 'Who is told the fleets’ numbers: none or cloudwatch. Default none',
  BP_METRICS_EVERY_S:
    'Seconds between two rounds of these numbers. Default 60, on which alarms count; less only where the clock of alarms runs faster',
  BP_FLEET_SECRETS: 'Where the secrets of fleets rest: env or ssm. Default env',
  BP_FLEET_SECRET: 'Secret for workers that are started by hand; absent: none are admitted',
  BP_CONTROL_SECRET:
    'Secret of the operator; absent: made of BP_APP_KEY, else a new one at each start',
  BP_APP_KEY: 'Key that several backends share; absent: one of this data folder’s own',
  BP_OAUTH: 'JSON of the sign-in providers; absent or {}: none',
  BP_COMMIT: 'Commit that is running, for /api/version',
  COMFYUI_URL: 'Where local workers find their engine',
  COMFYUI_FOLDER: "The engine's base directory, when it lies on this machine",
} as const

export type SettingName = keyof typeof settings
export type Env = Readonly<Record<string, string | undefined>>
