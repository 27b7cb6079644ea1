export {
  fakeTarget,
  type FakeReload,
  type FakeTarget,
  type FakeTargetOptions,
} from './fakeTarget.js';
export { marble } from './marble.js';
export { virtualTask } from './virtualTask.js';
