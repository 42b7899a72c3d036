package org.flowstream.click;

import org.flowstream.problem.Place;

/** One token and where it stands. A variable's text is its name, without the dollar sign. */
record Token(TokenKind kind, String text, Place place) {
    boolean is(TokenKind wanted) {
        return kind == wanted;
    }

    /** How a message names what was found. */
    String found() {
        return kind == TokenKind.END ? kind.description() : "'" + place.text() + "'";
    }
}
