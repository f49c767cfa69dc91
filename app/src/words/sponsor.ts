// The words of a sponsor that pays the network's fee, and of Solana Pay through it.
import type { Words } from './en';

const en = {
  setting: 'Address of a sponsor that pays fees for borrowers without SOL (may be empty)',
  badSetting: 'Write an address that begins with https://, or http:// for a sponsor on this machine; or nothing.',
  pays: (host: string, address: string, sol: string) =>
    `The sponsor at ${host} (${address}) pays the network’s fee and deposit, ${sol} SOL at most. You pay nothing for it.`,

  failed: {
    sponsor: (why: string) => `This wallet has too little SOL, and the sponsor does not pay: ${why}. Nothing was sent.`,
    away: 'This wallet has too little SOL, and the sponsor that would pay does not answer. Nothing was sent: try again, or put some SOL in.',
    empty:
      'This wallet has too little SOL, and the sponsor has none left. Nothing was sent: put some in, or ask the lender.',
  },

  pay: {
    title: 'Pay with another wallet',
    body: 'A wallet on your phone can scan a Solana Pay code. It is then asked to pay what is due; where that unlocks the car, the unlock is asked for with it. If the wallet is the borrower’s, the sponsor pays the network’s fee.',
    show: 'Show the Solana Pay code',
    asking: 'Asking the sponsor…',
    code: 'Solana Pay code for what is due on this loan',
    hold: (label: string) => `Scan this with your wallet. It shows “${label}”.`,
    open: 'Open in a wallet on this device',
    notOffered: 'The sponsor offers no Solana Pay.',
    away: 'The sponsor does not answer. Try again later.',
    nothing: 'Nothing is due.',
  },
};

export type SponsorWords = typeof en;

const es: SponsorWords = {
  setting: 'Dirección de un patrocinador que paga comisiones a deudores sin SOL (puede quedar vacía)',
  badSetting: 'Escriba una dirección que empiece con https://, o http:// para un patrocinador en este equipo; o nada.',
  pays: (host, address, sol) =>
    `El patrocinador en ${host} (${address}) paga la comisión y el depósito de la red, como máximo ${sol} SOL. A usted no le cuesta nada.`,

  failed: {
    sponsor: (why) => `Esta billetera tiene muy poco SOL y el patrocinador no paga: ${why}. No se envió nada.`,
    away: 'Esta billetera tiene muy poco SOL y el patrocinador que pagaría no responde. No se envió nada: inténtelo de nuevo o agregue SOL.',
    empty:
      'Esta billetera tiene muy poco SOL y al patrocinador no le queda. No se envió nada: agregue SOL o consulte al prestamista.',
  },

  pay: {
    title: 'Pagar con otra billetera',
    body: 'Una billetera en su teléfono puede leer un código de Solana Pay. Le pedirá pagar lo que vence; si con eso se desbloquea el auto, el desbloqueo se pide a la vez. Si la billetera es la del deudor, el patrocinador paga la comisión de la red.',
    show: 'Mostrar el código de Solana Pay',
    asking: 'Consultando al patrocinador…',
    code: 'Código de Solana Pay para lo que vence de este préstamo',
    hold: (label) => `Léalo con su billetera. Muestra «${label}».`,
    open: 'Abrir en una billetera de este dispositivo',
    notOffered: 'El patrocinador no ofrece Solana Pay.',
    away: 'El patrocinador no responde. Inténtelo más tarde.',
    nothing: 'No hay nada que pagar.',
  },
};

/** In the language of these words. */
export function sponsorWords({ locale }: Words): SponsorWords {
  return locale.startsWith('es') ? es : en;
}
