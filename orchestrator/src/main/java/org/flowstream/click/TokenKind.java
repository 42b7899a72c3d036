package org.flowstream.click;

/** The kinds of tokens of the Click language. */
enum TokenKind {
    IDENTIFIER,
    VARIABLE,
    ARROW,
    DOUBLE_ARROW,
    COLONS,
    BARS,
    DOTS,
    BAR,
    COMMA,
    SEMICOLON,
    LEFT_PAREN,
    RIGHT_PAREN,
    LEFT_BRACKET,
    RIGHT_BRACKET,
    LEFT_BRACE,
    RIGHT_BRACE,
    ELEMENTCLASS,
    REQUIRE,
    PROVIDE,
    DEFINE,
    /** Any other character. */
    OTHER,
    /** The end of the text. */
    END;

    /** Whether Click has a name for it, so that it looks at the token again after it was found out of place. */
    boolean isNamed() {
        return switch (this) {
            case IDENTIFIER,
                    VARIABLE,
                    ARROW,
                    DOUBLE_ARROW,
                    COLONS,
                    BARS,
                    DOTS,
                    ELEMENTCLASS,
                    REQUIRE,
                    PROVIDE,
                    DEFINE -> true;
            default -> false;
        };
    }
}
