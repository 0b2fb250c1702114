import { afterAll, beforeAll, describe } from 'vitest'
import { openTestStore, type TestStore } from '@bp/testkit/database'
import { pointerCases } from '../../../test/pointer-cases.ts'
import { databasePointers } from './database-pointers.ts'

describe('pointers in the database', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  pointerCases(() => databasePointers(test.store))
})
