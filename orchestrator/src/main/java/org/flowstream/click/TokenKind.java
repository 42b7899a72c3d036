package org.flowstream.click;

/** The kinds of tokens of the Click language. */
enum TokenKind {
    IDENTIFIER("an identifier"),
    VARIABLE("a variable"),
    ARROW("'->'"),
    DOUBLE_ARROW("'=>'"),
    COLONS("'::'"),
    BARS("'||'"),
    DOTS("'...'"),
    BAR("'|'"),
    COMMA("','"),
    SEMICOLON("';'"),
    LEFT_PAREN("'('"),
    RIGHT_PAREN("')'"),
    LEFT_BRACKET("'['"),
    RIGHT_BRACKET("']'"),
    LEFT_BRACE("'{'"),
    RIGHT_BRACE("'}'"),
    ELEMENTCLASS("'elementclass'"),
    REQUIRE("'require'"),
    PROVIDE("'provide'"),
    DEFINE("'define'"),
    OTHER("a character"),
    END("the end of the file");

    private final String description;

    TokenKind(String description) {
        this.description = description;
    }

    /** How a message names what was expected. */
    String description() {
        return description;
    }
}
