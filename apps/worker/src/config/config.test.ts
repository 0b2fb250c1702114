import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { envSource } from './env.ts'

const whole = {
  url: 'http://127.0.0.1:4100/',
  stage: 'production',
  fleet: 'local',
  launch: null,
  secret: 's3cret',
  engine_url: 'http://127.0.0.1:8188',
  instance: 'local-1',
  data_folder: '/data',
}

describe('the config', () => {
  it('keeps the secret apart', () => {
    const read = readConfig(whole)
    expect(read).toMatchObject({
      config: {
        url: 'http://127.0.0.1:4100',
        stage: 'production',
        fleet: 'local',
        launch: null,
        instance: 'local-1',
        engineUrl: 'http://127.0.0.1:8188',
        dataFolder: '/data',
        engineFolder: null,
        machine: null,
      },
    })
    expect(JSON.stringify('config' in read && read.config)).not.toContain('s3cret')
  })

  it('names every fault at once', () => {
    const read = readConfig({
      ...whole,
      url: 'nowhere',
      stage: 'test',
      fleet: 'A',
      instance: 7,
      secret: '',
    })
    expect('faults' in read && read.faults.map(fault => fault.split(':')[0])).toEqual([
      'url',
      'stage',
      'fleet',
      'instance',
      'secret',
    ])
  })

  it('reads the environment under the same words', () => {
    const env = {
      BP_WORKER_URL: 'http://127.0.0.1:4100',
      BP_WORKER_SECRET: 'a',
      BP_WORKER_ENGINE_URL: 'https://engine.example',
      BP_WORKER_INSTANCE: 'i-1',
      BP_WORKER_DATA_FOLDER: '/data',
    }
    expect(readConfig(envSource(env))).toMatchObject({
      config: { stage: 'production', fleet: 'local', engineUrl: 'https://engine.example' },
    })
  })
})
