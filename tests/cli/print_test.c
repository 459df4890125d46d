// SPDX-License-Identifier: GPL-2.0
/* How things are printed: numbers for people, aligned columns, JSON that a parser takes. */

#include <inttypes.h>
#include <json-c/json.h>

#include "memory.h"
#include "print.h"
#include "printed.h"
#include "test.h"

static void test_numbers(void **state)
{
	static const struct {
		__u64 value;
		enum human_unit unit;
		const char *text;
	} numbers[] = {
		{ 0, HUMAN_SI, "0" }, { 7, HUMAN_SI, "7" }, { 999, HUMAN_SI, "999" },
		{ 1000, HUMAN_SI, "1.0K" }, { 1234, HUMAN_SI, "1.2K" }, { 1250, HUMAN_SI, "1.3K" },
		{ 9949, HUMAN_SI, "9.9K" }, { 9950, HUMAN_SI, "10K" }, { 34567, HUMAN_SI, "35K" },
		{ 999499, HUMAN_SI, "999K" }, { 999500, HUMAN_SI, "1.0M" },
		{ 5600000000, HUMAN_SI, "5.6G" }, { 1000000000000, HUMAN_SI, "1.0T" },
		{ UINT64_MAX, HUMAN_SI, "18E" }, { UINT64_MAX, HUMAN_IEC, "16Ei" },
		{ 1000, HUMAN_IEC, "1000" }, { 1023, HUMAN_IEC, "1023" },
		{ 1024, HUMAN_IEC, "1.0Ki" }, { 1536, HUMAN_IEC, "1.5Ki" },
		{ 1048575, HUMAN_IEC, "1.0Mi" }, { 1047552, HUMAN_IEC, "1023Ki" },
		{ 1234567, HUMAN_EXACT, "1234567" },
		{ UINT64_MAX, HUMAN_EXACT, "18446744073709551615" },
	};
	char buffer[HUMAN_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_string_equal(human_number(buffer, numbers[i].value, numbers[i].unit),
				    numbers[i].text);
}

static void test_rates(void **state)
{
	char buffer[HUMAN_SIZE];

	(void)state;
	assert_string_equal(human_rate(buffer, 0, 2000, HUMAN_SI), "0");
	assert_string_equal(human_rate(buffer, 1, 2000, HUMAN_SI), "0.5");
	assert_string_equal(human_rate(buffer, 4, 2000, HUMAN_SI), "2");
	assert_string_equal(human_rate(buffer, 3000, 1000, HUMAN_SI), "3.0K");
	assert_string_equal(human_rate(buffer, 2048, 500, HUMAN_IEC), "4.0Ki");
	assert_string_equal(human_rate(buffer, 12345, 1000, HUMAN_EXACT), "12345.0");
	assert_string_equal(human_rate(buffer, UINT64_MAX, 1000, HUMAN_SI), "18E");
	assert_string_equal(human_rate(buffer, 5, 0, HUMAN_SI), "0");
}

static const struct column columns[] = {
	{ "name", "NAME", false },
	{ "number", "NUMBER", true },
	{ "note", "NOTE", false },
};

static void tell_table(struct print *print)
{
	print_table(print, columns, ARRAY_SIZE(columns));
	print_array(print, "rows");
	print_object(print, NULL);
	print_string(print, "name", "a", COLOUR_NONE);
	print_number(print, "number", 1234567890, HUMAN_SI, COLOUR_BAD);
	print_string(print, "hidden", "in text", COLOUR_NONE);
	print_cell(print, "note", COLOUR_NONE, "%s", "not in JSON");
	print_close(print);
	print_row(print);
	print_object(print, NULL);
	print_string(print, "name", "longer name", COLOUR_NONE);
	print_number(print, "number", 5, HUMAN_SI, COLOUR_NONE);
	print_cell(print, "note", COLOUR_NONE, "%s", "");
	print_close(print);
	print_row(print);
	print_close(print);
	print_table_end(print);
	print_flag(print, "after", true);
	print_cell(print, "note", COLOUR_BAD, "of %u", 2);
}

static void test_table(void **state)
{
	char *text = printed((struct print){ 0 }, tell_table);

	(void)state;
	assert_string_equal(text,
			    "NAME         NUMBER  NOTE\n"
			    "a              1.2G  not in JSON\n"
			    "longer name       5\n"
			    "after       yes\n"
			    "note        of 2\n");
	free(text);
	text = printed((struct print){ .exact = true }, tell_table);
	assert_string_equal(text,
			    "NAME             NUMBER  NOTE\n"
			    "a            1234567890  not in JSON\n"
			    "longer name           5\n"
			    "after       yes\n"
			    "note        of 2\n");
	free(text);
}

static void test_colours(void **state)
{
	char *text = printed((struct print){ .coloured = true }, tell_table);

	(void)state;
	assert_string_equal(text,
			    "\033[1mNAME\033[0m         \033[1mNUMBER\033[0m  \033[1mNOTE\033[0m\n"
			    "a              \033[31m1.2G\033[0m  not in JSON\n"
			    "longer name       5\n"
			    "after       yes\n"
			    "note        \033[31mof 2\033[0m\n");
	free(text);
}

static void test_json_table(void **state)
{
	char *text = printed((struct print){ .json = true }, tell_table);

	(void)state;
	assert_string_equal(text,
			    "{\"rows\":[{\"name\":\"a\",\"number\":1234567890,\"hidden\":\"in text\"},{\"name\":\"longer name\",\"number\":5}],\"after\":true}\n");
	free(text);
}

static const char odd[] = "a\"b\\c\n\t\033\001/<>&'";

static void tell_odd(struct print *print)
{
	print_string(print, "odd", odd, COLOUR_NONE);
	print_number(print, "big", UINT64_MAX, HUMAN_SI, COLOUR_BAD);
	print_flag(print, "no", false);
	print_object(print, "empty");
	print_close(print);
	print_array(print, "none");
	print_close(print);
}

static void test_json_escapes(void **state)
{
	char *text = printed((struct print){ .json = true, .coloured = true }, tell_odd);
	struct json_object *root = json_tokener_parse(text), *value;

	(void)state;
	assert_non_null(root);
	assert_true(json_object_object_get_ex(root, "odd", &value));
	assert_string_equal(json_object_get_string(value), odd);
	assert_true(json_object_object_get_ex(root, "big", &value));
	assert_int_equal(json_object_get_uint64(value), UINT64_MAX);
	assert_true(json_object_object_get_ex(root, "no", &value));
	assert_false(json_object_get_boolean(value));
	assert_true(json_object_object_get_ex(root, "none", &value));
	assert_int_equal(json_object_array_length(value), 0);
	assert_null(strstr(text, "\\/"));
	/* One line, whatever is in it: a document a line. */
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	json_object_put(root);
	free(text);
}

static void test_output_errors(void **state)
{
	struct print print = { .out = fopen("/dev/full", "w"), .json = true };

	(void)state;
	assert_non_null(print.out);
	print_start(&print);
	assert_int_equal(print_end(&print), -1);
	fclose(print.out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_json_table),
		cmocka_unit_test(test_json_escapes),
		cmocka_unit_test(test_output_errors),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
