package org.flowstream.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.SortedMap;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageException;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.problem.Problems;
import org.flowstream.problem.ProblemsException;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;

/** Builds the image of a middlebox anew, from its template and parameters, on a runtime of this program. */
final class Renewal {
    private final ImageCompiler compiler = ImageCompiler.ofProgram();

    /** What came of it. */
    sealed interface Result {}

    /** The middlebox with its new image. */
    record Renewed(MiddleboxSpec middlebox, Image image) implements Result {}

    /** Why there is none. */
    record LeftAlone(String reason) implements Result {}

    Result of(MiddleboxSpec middlebox) {
        String name = middlebox.templateName();
        if (middlebox.origin() != TemplateOrigin.STOCK) {
            return new LeftAlone("its template did not come with the program, and the image alone cannot be built anew:"
                    + " apply it again from where the template is");
        }
        if (!TemplateFiles.Stock.names().contains(name)) {
            return new LeftAlone("this program has no template " + name);
        }
        try {
            return renewed(middlebox, TemplateLoader.stock(name));
        } catch (ProblemsException e) {
            return new LeftAlone("template " + name + " does not take its parameters any more: "
                    + e.problems().get(0).message());
        } catch (ImageException e) {
            return new LeftAlone(String.valueOf(e.getMessage()));
        }
    }

    private Result renewed(MiddleboxSpec middlebox, Template template) {
        Problems problems = new Problems();
        List<Assignment> parameters = Assignment.ofJson(parameters(middlebox), problems);
        SortedMap<String, ParameterValue> values = ParameterBinder.bind(template, parameters, problems);
        Image image = compiler.build(template, values, problems);
        boolean sameDevices = image.manifest().devices().stream()
                .map(device -> device.name() + " " + device.mode())
                .toList()
                .equals(middlebox.devices().stream()
                        .map(device -> device.device() + " " + device.mode())
                        .toList());
        if (!sameDevices) {
            return new LeftAlone("template " + template.name() + " has other devices now: declare it anew");
        }
        int memoryMib =
                Math.max(middlebox.memoryMib(), Math.toIntExact(image.manifest().memory() >> 20));
        return new Renewed(middlebox.with(template.nameAndVersion(), image.digest(), memoryMib), image);
    }

    private static SourceText parameters(MiddleboxSpec middlebox) {
        try {
            return new SourceText(
                    "parameters of " + middlebox.name(),
                    DeclaredJson.mapper().writeValueAsString(middlebox.parameters()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters that cannot be written: " + middlebox, e);
        }
    }
}
