// What can be changed of one car: another device, distrust, retirement.
import { createNoopSigner, getBase64Encoder } from '@solana/kit';
import { useEffect, useState } from 'react';
import { proof } from '../../../chain/messages';
import { connect } from '../../../chain/network';
import {
  getDistrustDeviceInstruction,
  getLoanDecoder,
  getRetireVehicleInstruction,
  getRotateDeviceKeyInstruction,
} from '../../../client';
import { usePage } from '../../../page';
import { useCarWords } from '../../../words/cars';
import { sol } from '../../../words/money';
import { useSignWords } from '../../../words/sign';
import { useNonce } from '../../sign/useNonce';
import { Act } from '../loan/Act';
import type { CarProps } from './CarCard';
import { EnrolmentField } from './EnrolmentField';
import { useEnrolment } from './useEnrolment';

export function CarActs(props: CarProps) {
  const own = useCarWords();
  const { car, lender, now, changes, acting, signer, onPropose } = props;
  const { address, vehicle } = car;
  const refused = changes.vehicle(car.bytes, null, vehicle.deviceKey, now);
  return (
    <>
      <RotateAct {...props} />
      <Act
        id={`distrust-${address}`}
        title={own.distrust.title}
        body={own.distrust.body}
        button={own.distrust.button}
        needs="authority"
        acting={acting}
        refused={refused.distrust}
        onAct={() => {
          if (!signer) return undefined;
          onPropose({
            title: own.distrust.title,
            lines: [own.distrust.line, own.effect],
            instructions: [
              getDistrustDeviceInstruction({ authority: createNoopSigner(signer), lender, vehicle: address }),
            ],
          });
          return undefined;
        }}
      />
      <Act
        id={`retire-${address}`}
        title={own.retire.title}
        body={own.retire.body}
        button={own.retire.button}
        needs="servicer"
        acting={acting}
        refused={refused.retire}
        onAct={() => {
          if (!signer) return undefined;
          onPropose({
            title: own.retire.title,
            lines: [own.retire.line, own.effect],
            instructions: [
              getRetireVehicleInstruction({ lenderSigner: createNoopSigner(signer), lender, vehicle: address }),
            ],
          });
          return undefined;
        }}
      />
    </>
  );
}

function RotateAct({ car, lender, now, changes, acting, signer, onPropose, onOffer }: CarProps) {
  const { words } = usePage();
  const [own, sign] = [useCarWords(), useSignWords()];
  const { address, vehicle } = car;
  const [text, setText] = useState('');
  const { enrolment, isReading } = useEnrolment(text);
  const loan = useLoanBytes(car);
  const { hasNonce, rent } = useNonce(0n);
  const isRead = car.loan === undefined || loan !== undefined;
  const refused =
    enrolment && isRead ? changes.vehicle(car.bytes, loan ?? null, enrolment.deviceKey, now).rotate : null;
  const isOther = enrolment?.vinCommitment.some((byte, at) => byte !== vehicle.vinCommitment[at]) ?? false;
  const lacks =
    !isRead || isReading
      ? words.loading
      : car.loan && hasNonce === false
        ? sign.offer.accountBody(sol(rent))
        : undefined;
  const act = () => {
    if (!enrolment || !signer) return own.badEnrolment;
    if (enrolment.lender !== lender) return own.otherLender;
    if (isOther) return own.otherCar;
    const lines = [own.rotate.line(vehicle.deviceKey, enrolment.deviceKey), own.rotate.void, own.rotate.believed];
    const borrower = loan && getLoanDecoder().decode(getBase64Encoder().encode(loan)).borrower;
    const instructions = [
      // The program compares the proof with the call right after it.
      proof(enrolment.envelope),
      getRotateDeviceKeyInstruction({
        lenderSigner: createNoopSigner(signer),
        ...(borrower ? { borrower: createNoopSigner(borrower) } : {}),
        lender,
        vehicle: address,
        ...(car.loan ? { loan: car.loan } : {}),
        deviceKey: enrolment.deviceKey,
      }),
    ];
    if (borrower) onOffer({ title: own.rotate.title, lines: [...lines, own.rotate.both], instructions });
    else onPropose({ title: own.rotate.title, lines: [...lines, own.effect], instructions });
    return undefined;
  };
  return (
    <Act
      id={`rotate-${address}`}
      title={own.rotate.title}
      body={own.rotate.body}
      button={car.loan ? own.rotate.offer : own.rotate.button}
      needs="servicer"
      acting={acting}
      refused={refused}
      lacks={lacks}
      onAct={act}
    >
      <EnrolmentField value={text} onChange={setText} />
      <p className="quiet">{own.how}</p>
      {car.loan && <p>{own.rotate.both}</p>}
    </Act>
  );
}

/** The loan that a car secures, as the rules read it. */
function useLoanBytes({ loan }: CarProps['car']): string | undefined {
  const { node } = usePage();
  const [bytes, setBytes] = useState<string>();
  useEffect(() => {
    if (!loan) return;
    let isCurrent = true;
    const read = connect(node).rpc.getAccountInfo(loan, { encoding: 'base64', commitment: 'confirmed' }).send();
    read.then(
      ({ value }) => isCurrent && setBytes(value?.data[0]),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [node, loan]);
  return bytes;
}
