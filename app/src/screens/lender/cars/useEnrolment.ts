// A device's signed enrolment, as it is pasted.
import { useEffect, useState } from 'react';
import { type Enrolment, readEnrolment } from '../../../chain/enrolment';
import { fromHex } from '../../../chain/handOver';

/** The enrolment in a text; none if the text holds none. A signature takes a moment to verify. */
export function useEnrolment(text: string): { enrolment: Enrolment | undefined; isReading: boolean } {
  const [read, setRead] = useState<{ text: string; found: Enrolment | undefined }>();
  useEffect(() => {
    let isCurrent = true;
    const bytes = fromHex(text);
    const reading = bytes ? readEnrolment(bytes) : Promise.resolve(undefined);
    reading.then((found) => isCurrent && setRead({ text, found }));
    return () => {
      isCurrent = false;
    };
  }, [text]);
  const isReading = read?.text !== text;
  return { enrolment: isReading ? undefined : read.found, isReading };
}
