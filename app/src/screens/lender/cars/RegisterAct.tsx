// A car joins a lender: its device has proven its key.
import { type Address, createNoopSigner } from '@solana/kit';
import { useState } from 'react';
import { proof } from '../../../chain/messages';
import { findVehiclePda, getRegisterVehicleInstruction } from '../../../client';
import { usePage } from '../../../page';
import { useCarWords } from '../../../words/cars';
import type { Proposal } from '../../Confirm';
import { Act, type Acting } from '../loan/Act';
import { hex } from '../loan/proposals';
import { EnrolmentField } from './EnrolmentField';
import { useEnrolment } from './useEnrolment';

interface Props {
  lender: Address;
  acting: Pick<Acting, 'role' | 'blocked'>;
  signer: Address | undefined;
  onPropose(proposal: Proposal): void;
}

export function RegisterAct({ lender, acting, signer, onPropose }: Props) {
  const { words } = usePage();
  const own = useCarWords();
  const [text, setText] = useState('');
  const { enrolment, isReading } = useEnrolment(text);
  const register = async () => {
    if (!enrolment || !signer) return;
    const { deviceKey, vinCommitment, envelope } = enrolment;
    const [vehicle] = await findVehiclePda({ deviceKey });
    onPropose({
      title: own.register.title,
      lines: [own.register.line(deviceKey), own.register.vin(hex(new Uint8Array(vinCommitment))), own.effect],
      instructions: [
        // The program compares the proof with the call right after it.
        proof(envelope),
        getRegisterVehicleInstruction({
          payer: createNoopSigner(signer),
          lenderSigner: createNoopSigner(signer),
          lender,
          vehicle,
          deviceKey,
          vinCommitment,
        }),
      ],
    });
  };
  return (
    <Act
      id="register"
      title={own.register.title}
      body={own.register.body}
      button={own.register.button}
      needs="servicer"
      acting={acting}
      refused={null}
      lacks={isReading ? words.loading : undefined}
      onAct={() => {
        if (!enrolment) return own.badEnrolment;
        if (enrolment.lender !== lender) return own.otherLender;
        void register();
        return undefined;
      }}
    >
      <EnrolmentField value={text} onChange={setText} />
      <p className="quiet">{own.how}</p>
    </Act>
  );
}
