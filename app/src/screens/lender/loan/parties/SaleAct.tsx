// The seller's part of a sale: to whom, on which receipt of the car, and what is given up. The buyer signs last.
import { type Address, createNoopSigner, isAddress } from '@solana/kit';
import { useEffect, useMemo, useState } from 'react';
import { functionAddress } from '../../../../chain/around';
import { fromHex, readHandedOver } from '../../../../chain/handOver';
import { proof } from '../../../../chain/messages';
import { Action, getAssignInstruction } from '../../../../client';
import { usePage } from '../../../../page';
import { sol } from '../../../../words/money';
import { useSaleWords } from '../../../../words/sale';
import { useSignWords } from '../../../../words/sign';
import { useReading } from '../../../borrower/parts';
import { type Offer, OfferDialog } from '../../../sign/OfferDialog';
import { SaleReport } from '../../../sign/SaleReport';
import { useNonce } from '../../../sign/useNonce';
import { useBuyer, useFault, useSale } from '../../../sign/useSale';
import { Act, Field } from '../Act';
import type { ActProps } from '../Acts';

/** How long an offer counts, seconds. */
const COUNTS_FOR = 86_400n;

export function SaleAct({ state, view, around, now, servicing, ...acting }: ActProps) {
  const { node, connected } = usePage();
  const [own, sign] = [useSaleWords(), useSignWords()];
  const { when } = useReading(state);
  const [address, setAddress] = useState('');
  const [text, setText] = useState('');
  const [offer, setOffer] = useState<Offer>();
  const { hasNonce, rent } = useNonce(state.slot);
  const found = useBuyer(address.trim(), state.slot);
  const buyer = typeof found === 'object' ? found : undefined;
  const receipt = useMemo(() => {
    const bytes = fromHex(text);
    return bytes && readHandedOver(bytes);
  }, [text]);
  const sale = useSale(state, buyer, receipt, now);
  const fault = useFault(receipt, state, buyer?.address, sale?.keyring);
  // Another wallet has other links.
  const owner = connected?.address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(() => setOffer(undefined), [owner]);

  const isBuyerAsked = address.trim() !== '';
  const lacks = !isBuyerAsked
    ? undefined
    : !isAddress(address.trim())
      ? own.badAddress
      : found === undefined
        ? own.reading
        : found === 'no_lender'
          ? own.noLender
          : found === 'no_functions'
            ? own.noFunctions
            : text.trim() === ''
              ? own.noReceipt
              : !receipt
                ? own.badReceipt
                : fault === 'checking'
                  ? own.reading
                  : fault
                    ? own.fault[fault]
                    : sale
                      ? undefined
                      : own.reading;
  const make = async () => {
    if (!buyer || !receipt || !owner) return;
    const [warn, lock, unlock] = await Promise.all([
      functionAddress(buyer.address, Action.Warn),
      functionAddress(buyer.address, Action.Lock),
      functionAddress(buyer.address, Action.Unlock),
    ]);
    const assign = getAssignInstruction({
      authority: createNoopSigner(owner),
      buyerAuthority: createNoopSigner(buyer.lender.authority),
      lender: state.loan.lender,
      buyer: buyer.address as Address,
      vehicle: state.loan.vehicle,
      loan: state.address,
      warn,
      lock,
      unlock,
      revision: state.loan.revision,
      deadline: BigInt(now) + COUNTS_FOR,
      deviceTime: receipt.deviceTime,
      nonce: receipt.nonce,
    });
    setOffer({
      title: own.offerTitle,
      lines: [own.gives, own.price, own.buying(buyer.address), own.taken(when(receipt.deviceTime).reader)],
      // The program compares the proof with the call right after it.
      instructions: [proof(receipt.envelope), assign],
      to: own.to,
    });
  };
  return (
    <>
      <Act
        id="sale"
        title={own.title}
        body={own.body}
        button={own.button}
        needs="authority"
        acting={acting}
        refused={sale ? sale.refused : servicing.refused.sale}
        lacks={hasNonce === false ? sign.offer.accountBody(sol(rent)) : lacks}
        onAct={() => {
          if (!buyer) return own.badAddress;
          if (!receipt) return own.badReceipt;
          void make();
          return undefined;
        }}
      >
        <Field type="address" label={own.buyer} value={address} onChange={setAddress} />
        <p className="quiet">{own.receiptHow}</p>
        <label>
          {own.receipt}
          <textarea
            rows={4}
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {sale && buyer && <SaleReport state={state} view={view} sale={sale} buyer={buyer} around={around} now={now} />}
      </Act>
      {offer && acting.network && (
        <OfferDialog key={node.rpc} offer={offer} network={acting.network} onClose={() => setOffer(undefined)} />
      )}
    </>
  );
}
