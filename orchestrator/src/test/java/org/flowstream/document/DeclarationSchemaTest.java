package org.flowstream.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import org.flowstream.model.BridgeName;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published schema and the reader say the same of a document's form. */
final class DeclarationSchemaTest {
    private static final String CHAIN = "{'apiVersion':'flowstream/v1','kind':'Chain','name':'web','spec':";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "true  | {'between':['a','b'],'middleboxes':[{'template':'wire'}]}}",
                "true  | {'middleboxes':[{'template':'wire','memory':'8 MiB'}],'limits':{'instances':3}}}",
                "true  | {'instances':'per-connection','start':'first-packet','middleboxes':[{'image':'x.elf'}]}}",
                "false | {'middleboxes':[]}}",
                "false | {'between':['a','a'],'middleboxes':[{'template':'wire'}]}}",
                "false | {'instances':'two','middleboxes':[{'template':'wire'}]}}",
                "false | {'limits':{'instances':0},'middleboxes':[{'template':'wire'}]}}",
                "false | {'middleboxes':[{'template':'wire','memory':'8 GB'}]}}",
                "false | {'size':4}}",
                "false | 1}",
            })
    void theyAgree(boolean good, String spec) {
        agree(good, CHAIN + spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "true  | {'apiVersion':'flowstream/v1','kind':'Port','name':'eth1','spec':{'bridge':'br0'}}",
                "false | {'apiVersion':'flowstream/v1','kind':'Port','name':'eth1','spec':{'flow':'tcp'}}",
                "true  | {'apiVersion':'flowstream/v1','kind':'Pool','name':'p','spec':{'size':16,'image':'runtime'}}",
                "false | {'apiVersion':'flowstream/v1','kind':'Pool','name':'p','spec':{}}",
                "false | {'apiVersion':'flowstream/v1','kind':'Box','name':'p','spec':{}}",
                "false | {'apiVersion':'flowstream/v1','kind':'Port','spec':{}}",
            })
    void onTheOtherKindsToo(boolean good, String document) {
        agree(good, document);
    }

    private static void agree(boolean good, String document) {
        String text = document.replace('\'', '"');
        Problems problems = new Problems();
        Documents.read(List.of(new SourceText("a.json", text)), BridgeName.parse("flowstream"), problems);
        assertThat(problems.isEmpty()).as("%s: %s", text, problems.list()).isEqualTo(good);
        Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(DeclarationSchema.text());
        assertThat(validator.validate(text, InputFormat.JSON).isEmpty())
                .as(text)
                .isEqualTo(good);
    }
}
