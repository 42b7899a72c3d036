#include "engine/testing.h"

/* A script of these instructions, alone. */
#define SCRIPT(t, ...) \
    struct fs_test *t = fs_test_new(); \
    fs_test_add(t, "s", "Script"); \
    fs_test_texts(t, "INSTRUCTION", __VA_ARGS__)
#define START(t) \
    FS_REQUIRE(fs_test_start(t)); \
    fs_test_advance(t, 0)

static const char *printed(struct fs_test *t)
{
    const char *text = fs_test_written(t, "-");
    return text != NULL ? text : "";
}

FS_TEST(script_prints_texts_and_handlers)
{
    SCRIPT(t, "print s.name", "print \"s.name\"", "print '\"s.name\"'", "set x s.name", "print $x", "print $($x)",
           "printn a", "print \"a  b\" c /* not */ d", "set y \"1 2\"", "print $y", "setq y $y", "print $y", "print ''",
           "printn \"a\\tb\\n\"", "print class");
    START(t);
    /* the 12th is a handler's name, unknown */
    FS_TEXT(printed(t), "s\ns.name\n\"s.name\"\ns.name\ns\na  b c d\n\"1 2\"\n1 2\n\na\tb\nScript\n");
    FS_TEXT(fs_test_log(t), "While executing 's :: Script':\n  no 'a' read handler\n");
    fs_test_end(t);
}

FS_TEST(script_expands_in_quotes)
{
    SCRIPT(t, "set x \"a\\\"b\"", "set y c$d", "print \"<$x>\" '<$x>' <${y}>", "print \"${nothing-fallback} $nothing\"",
           "print \"$(add 1 $(mul 2 3))\"", "print \"\\$x\"");
    START(t);
    FS_TEXT(printed(t), "<\"a\\\"b\"> <$x> <c$d>\nfallback $nothing\n7\n$x\n");
    fs_test_end(t);
}

FS_TEST(script_reckons)
{
    static const char *const cases[][2] = {
        {"add 10 5 2", "17"},
        {"sub 10 5 2", "3"},
        {"add", "0"},
        {"mul 3 0x10", "48"},
        {"add 010 1", "9"},
        {"div 1 3", "0.333333333333"},
        {"div 7 2", "3.5"},
        {"div 6 2", "3"},
        {"div 1 0", "inf"},
        {"idiv 7 2", "3"},
        {"idiv -7 2", "-3"},
        {"mod 7 3", "1"},
        {"rem 7.5 2", "1.5"},
        {"min 5 10 2", "2"},
        {"max 5 10 2", "10"},
        {"neg 5", "-5"},
        {"abs -5.25", "5.25"},
        {"add 0.1 0.2", "0.3"},
        {"mul 1000000 1000000", "1000000000000"},
        {"mul 1000000.0 1000000", "1e+12"},
        {"mul 0.00001 1", "1e-05"},
        {"mul 123456.7 1000", "123456700"},
        {"div 2 3", "0.666666666667"},
        {"sub 1e3 1", "999"},
        {"eq 10 0xA", "true"},
        {"le 9 8", "false"},
        {"eq 10x 10x", "true"},
        {"lt abc abd", "true"},
        {"lt ab abc", "true"},
        {"ge 2.5 2.5", "true"},
        {"ne 1 1.0", "false"},
        {"gt -1 -2", "true"},
        {"eq \"a b\" 'a b'", "true"},
        {"not true", "false"},
        {"and true yes 1", "true"},
        {"and true no", "false"},
        {"or false 0", "false"},
        {"nand true true", "false"},
        {"nor false no", "true"},
        {"if true a b", "a"},
        {"if false a b", "b"},
        {"in foo bar foo", "true"},
        {"in foo bar", "false"},
        {"first a b", "a"},
        {"length abcdef", "6"},
        {"unquote \"a\\x41\"", "aA"},
        {"sprintf \"%05x\" 127", "0007f"},
        {"sprintf \"%-5d|%+d|%.3d|%5s|%.2s|%%\" 42 7 5 abc wxyz", "42   |+7|005|  abc|wx|%"},
        {"sprintf %o 8", "10"},
        {"htons 1", "256"},
        {"ntohl 1", "16777216"},
        {"readable s.name s.add", "true"},
        {"writable s.name", "false"},
        {"readable s.nothing", "false"},
        {"random 1", "0"},
        {"random 7 7", "7"},
        {"now", "1000000000.000000"},
    };
    SCRIPT(t, "end");
    START(t);
    char value[200];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fs_text got = {.at = value, .capacity = sizeof(value) - 1};
        char name[64];
        size_t n = strcspn(cases[i][0], " ");
        memcpy(name, cases[i][0], n);
        name[n] = '\0';
        const char *parameters = cases[i][0] + n + (cases[i][0][n] == ' ');
        FS_EQUAL(fs_handler_read(fs_test_element(t, "s"), name, parameters, &got), 0);
        value[got.length] = '\0';
        FS_TEXT(value, cases[i][1]);
    }
    static const char *const wrong[][2] = {
        {"add a", "expected list of numbers"}, {"mod 1.5 2", "expected two numbers"}, {"neg x", "expected one number"},
        {"not maybe", "syntax error"},         {"sprintf %d", "syntax error"},        {"sprintf %d 1 2", "syntax error"},
        {"get nothing", "undefined variable 'nothing'"},                              {"random 0", "bad N"},
        {"name x", "read handler 'name' does not take parameters"},                   {"eq 1", "expected two numbers"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct fs_text got = {.at = value, .capacity = sizeof(value) - 1};
        char name[64];
        size_t n = strcspn(wrong[i][0], " ");
        memcpy(name, wrong[i][0], n);
        name[n] = '\0';
        FS_EQUAL(fs_handler_read(fs_test_element(t, "s"), name, wrong[i][0] + n + (wrong[i][0][n] == ' '), &got), -1);
        value[got.length] = '\0';
        FS_TEXT(value, wrong[i][1]);
    }
    fs_test_end(t);
}

FS_TEST(script_loops_and_waits)
{
    SCRIPT(t, "set x 0", "label again", "print $x", "set x $(add $x 1)", "goto again $(lt $x 3)", "wait 2s", "print \"late\"",
           "wait 10ms", "print $(now)", "stop");
    START(t);
    FS_TEXT(printed(t), "0\n1\n2\n");
    fs_test_advance(t, 1999999999);
    FS_TEXT(printed(t), "0\n1\n2\n");
    fs_test_advance(t, 1);
    FS_TEXT(printed(t), "0\n1\n2\nlate\n");
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 10000000);
    FS_TEXT(printed(t), "0\n1\n2\nlate\n1000000002.010000\n");
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}

FS_TEST(script_gives_up_a_loop_without_a_wait)
{
    SCRIPT(t, "loop");
    START(t);
    FS_TEXT(fs_test_log(t), "s :: Script: too many jumps, giving up\n");
    fs_test_end(t);
}

FS_TEST(script_reads_to_the_log_and_writes_handlers)
{
    SCRIPT(t, "write c.reset", "read c.count", "write c.nothing", "print $?", "write c.count_call x", "print $?",
           "read c.config", "write x.y");
    fs_test_add(t, "c", "Counter");
    fs_test_add(t, "sink", "TestSink");
    fs_test_add(t, "in", "TestSource");
    fs_test_chain(t, "in", "c", "sink");
    START(t);
    FS_TEXT(printed(t), "0\n-22\n");
    FS_TEXT(fs_test_log(t), "c.count:\n0\n"
                            "While executing 's :: Script':\n  no 'c.nothing' write handler\n"
                            "  While calling 'c.count_call x':\n"
                            "    count_call: expected COUNT HANDLER [VALUE], found 'x'\n"
                            "c.config:\n\n"
                            "  no element named 'x'\n");
    fs_test_end(t);
}

FS_TEST(script_is_called)
{
    SCRIPT(t, "set x $1", "goto none $(eq $# 0)", "return \"<$x> of $# ($args)\"", "label none", "error \"no $0\"");
    fs_test_text(t, "TYPE", "PASSIVE");
    START(t);
    char value[100];
    struct fs_text got = {.at = value, .capacity = sizeof(value) - 1};
    FS_EQUAL(fs_handler_read(fs_test_element(t, "s"), "run", "a b", &got), 0);
    value[got.length] = '\0';
    FS_TEXT(value, "\"<a> of 2 (a b)\"");
    FS_CHECK(!fs_test_write(t, "s.run", ""));
    FS_TEXT(fs_test_said(t), "\"no run\"\n");
    FS_EQUAL(fs_router_check(fs_test_router(t), "s.x", false), FS_HANDLER_NO_HANDLER); /* not exported */
    fs_test_end(t);
}

FS_TEST(script_has_handlers_of_its_own)
{
    SCRIPT(t, "export count 7", "exportq text \"a b\"", "return $0.$write");
    fs_test_text(t, "TYPE", "PROXY");
    START(t);
    FS_TEXT(fs_test_read(t, "s.count"), "7");
    FS_TEXT(fs_test_read(t, "s.text"), "a b");
    FS_TEXT(fs_test_read(t, "s.anything"), "anything.false");
    FS_CHECK(fs_test_write(t, "s.set", "count 8"));
    FS_TEXT(fs_test_read(t, "s.count"), "8");
    fs_test_end(t);
}

FS_TEST(script_shifts_and_sets)
{
    SCRIPT(t, "set a 1 2 3", "print $(shift a)", "print $a", "print $(get a)", "setq b \"x\"", "print $b", "init c 9",
           "print $c");
    START(t);
    FS_TEXT(printed(t), "1\n2 3\n2 3\nx\n9\n");
    fs_test_end(t);
}

FS_TEST(script_steps)
{
    SCRIPT(t, "pause", "print \"one\"", "pause 2", "print \"two\"", "wait 1000", "print \"three\"", "label x", "print \"x\"");
    START(t);
    FS_TEXT(printed(t), "");
    FS_CHECK(fs_test_write(t, "s.step", ""));
    FS_TEXT(printed(t), "one\n");
    FS_CHECK(fs_test_write(t, "s.step", "1"));
    FS_TEXT(printed(t), "one\n");
    FS_CHECK(fs_test_write(t, "s.step", "2"));
    FS_TEXT(printed(t), "one\ntwo\nthree\nx\n"); /* the wait is a step, too */
    FS_CHECK(fs_test_write(t, "s.goto", "x"));
    FS_TEXT(printed(t), "one\ntwo\nthree\nx\nx\n");
    FS_CHECK(!fs_test_write(t, "s.goto", "y") && !fs_test_write(t, "s.step", "q"));
    fs_test_end(t);
}

FS_TEST(script_writes_files_where_there_are_some)
{
    SCRIPT(t, "print >f one", "print >>f \"two\"", "save s.name g", "append s.class g", "print $(cat g)", "print $(catq f)",
           "print \"$(cat nothing)\"");
    fs_test_file(t, "x", "", 0);
    START(t);
    FS_TEXT(fs_test_written(t, "f"), "two\n"); /* `one` is a handler's name, unknown: the file is made all the same */
    FS_TEXT(fs_test_written(t, "g"), "s\nScript\n");
    FS_TEXT(printed(t), "s\nScript\n\"two\\n\"\n$(cat nothing)"); /* what is unknown stays as it is */
    FS_CHECK(strstr(fs_test_log(t), "  nothing: No such file or directory\n") != NULL);
    FS_EQUAL(fs_router_check(fs_test_router(t), "s.cat", false), FS_HANDLER_NO_HANDLER); /* no client may */
    fs_test_end(t);
}

FS_TEST(script_is_refused_files_in_a_machine)
{
    SCRIPT(t, "print >f \"x\"", "print \"y\"", "print \"$(cat f)\"", "print \"$(kill TERM 1)\"");
    fs_test_no_files(t);
    START(t);
    FS_TEXT(fs_test_log(t), "While executing 's :: Script':\n  f: there are no files in a machine\ny\n"
                            "  f: there are no files in a machine\n$(cat f)\n"
                            "  kill(1, 15): there are no processes in a machine\n$(kill TERM 1)\n");
    fs_test_end(t);
}

FS_TEST(script_decides_where_packets_go)
{
    SCRIPT(t, "set n $(add $n 1)", "return $(if $(eq $(mod $n 2) 0) $input 1)", "init n 0");
    fs_test_add(t, "in", "TestSource");
    fs_test_add(t, "even", "TestSink");
    fs_test_add(t, "odd", "TestSink");
    fs_test_chain(t, "in", "s", "even");
    fs_test_connect(t, "s", 1, "odd", 0);
    START(t);
    for (unsigned i = 0; i < 5; i++) {
        fs_test_send(t, "in", "abc", 3);
    }
    FS_EQUAL(fs_test_count(t, "even"), 2);
    FS_EQUAL(fs_test_count(t, "odd"), 3);
    fs_test_end(t);

    struct fs_test *u = fs_test_new();
    fs_test_add(u, "s", "Script");
    fs_test_texts(u, "INSTRUCTION", "print $input", "goto out $(eq $input 1)", "end", "label out", "exit");
    fs_test_add(u, "a", "TestSource");
    fs_test_add(u, "b", "TestSource");
    fs_test_add(u, "k", "TestSink");
    fs_test_connect(u, "a", 0, "s", 0);
    fs_test_connect(u, "b", 0, "s", 1);
    fs_test_connect(u, "s", 0, "k", 0);
    START(u);
    fs_test_send(u, "a", "abc", 3);
    fs_test_send(u, "b", "abc", 3);
    FS_TEXT(printed(u), "0\n1\n");
    FS_EQUAL(fs_test_count(u, "k"), 1);
    FS_EQUAL(fs_test_drops(u, "s", FS_DROP_DENIED), 1);
    fs_test_end(u);
}

FS_TEST(script_pulls)
{
    SCRIPT(t, "return $(random 1)");
    fs_test_add(t, "in", "TestStore");
    fs_test_add(t, "out", "TestPuller");
    fs_test_chain(t, "in", "s", "out");
    START(t);
    fs_test_send(t, "in", "abc", 3);
    FS_EQUAL(fs_test_pull(t, "out", 4), 1);
    fs_test_end(t);
}

FS_TEST(driver_manager_waits_for_stops)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "d", "DriverManager");
    fs_test_texts(t, "INSTRUCTION", "pause", "print \"first\"", "wait_stop 2", "print \"third\"", "wait 1s", "print \"end\"");
    fs_test_add(t, "s", "Script");
    fs_test_texts(t, "INSTRUCTION", "write stop", "wait 1", "write stop", "wait 1", "print \"go\"", "stop");
    START(t);
    FS_TEXT(printed(t), "first\n");
    fs_test_advance(t, 2000000000);
    FS_TEXT(printed(t), "first\ngo\nthird\n");
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 1000000000);
    FS_TEXT(printed(t), "first\ngo\nthird\nend\n");
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}

FS_TEST(driver_manager_stops_at_the_first_stop_without_instructions)
{
    struct fs_test *t = fs_test_new();
    fs_test_add(t, "d", "DriverManager");
    fs_test_add(t, "s", "Script");
    fs_test_texts(t, "INSTRUCTION", "wait 1", "write stop");
    START(t);
    FS_CHECK(!fs_router_stopped(fs_test_router(t)));
    fs_test_advance(t, 1000000000);
    FS_CHECK(fs_router_stopped(fs_test_router(t)));
    fs_test_end(t);
}

FS_TEST(script_is_refused)
{
    static const char *const cases[][2] = {
        {"prin x", "syntax error at 'prin'"},        {"set x", "syntax error at 'set'"},
        {"label", "syntax error at 'label'"},        {"pause x", "syntax error at 'pause'"},
        {"goto nowhere", "no such label 'nowhere'"}, {"stop now", "syntax error at 'stop'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        SCRIPT(t, cases[i][0]);
        FS_CHECK(strstr(fs_test_refused(t), cases[i][1]) != NULL);
        fs_test_end(t);
    }
    SCRIPT(t, "end");
    fs_test_text(t, "TYPE", "LAZY");
    FS_CHECK(strstr(fs_test_refused(t), "bad TYPE") != NULL);
    fs_test_end(t);
    SCRIPT(u, "end");
    fs_test_text(u, "TYPE", "SIGNAL HUP NONE");
    FS_CHECK(strstr(fs_test_refused(u), "bad signal number") != NULL);
    fs_test_end(u);
}
