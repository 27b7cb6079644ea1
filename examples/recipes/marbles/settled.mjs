// What is tested: saves of one file become one event when the file is quiet for 5 ms; files do not hold each other up.
import { debounceAdaptive, perKey } from 'hotpipe/operators';

export const settled = (saves$) =>
  saves$.pipe(
    perKey(
      ({ path }) => path,
      (ofOneFile$) => ofOneFile$.pipe(debounceAdaptive(5)),
    ),
  );
